"""A message's text in three: what it says, its signature, and the earlier messages it quotes. Strings only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import html

from rag.reading.web.reader import parse

_IMAGE = re.compile(r"\[(?:cid|image): ?[^\]\n]{1,200}\]")  # where the HTML has an image
_LINE = re.compile(r"\s*_{5,}\s*")
_QUOTED = re.compile(r"^(?:> ?)+")
_WROTE = re.compile(
    r"^(?:On|Am|Le|El|Op|Il|Em|Den|Dnia|W dniu|Ar|Ddydd)\b.{5,300}"
    r"\b(?:wrote|writes|schrieb|a écrit|escribió|schreef|ha scritto|escreveu|skrev|napisał\(?a?\)?|pisze|ysgrifennodd)"
    r"\b.{0,100}:$",
    re.IGNORECASE | re.DOTALL,
)
_ORIGINAL = re.compile(
    r"^[-_\s>]*(?:(?:original|forwarded) message|forwarded by\b.*|begin forwarded message:?|ursprüngliche nachricht|"
    r"message d'origine|neges wreiddiol|wiadomość oryginalna)[-_\s]*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\*?(?:From|Von|De|Od|Oddi wrth|Van|Da|Från|Fra)\s?:\*?\s", re.IGNORECASE)
_SENT = re.compile(
    r"\*?\b(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Fecha|Wysłano|Data|Anfonwyd|Verzonden|Inviato|Skickat|Sendt)\s?:",
    re.IGNORECASE,
)
_SENT_BY = re.compile(r"^(?:Sent|Get) (?:from|Outlook for) \w[\w .,-]{1,40}$|^Sent via \w.{1,40}$", re.IGNORECASE)
_BOILERPLATE = re.compile(
    r"^\W*(?:(?:disclaimer|confidentiality)\b.{0,40})?(?:this|the (?:information|contents?)\b.{0,40}\bthis) "
    r"(?:e-?mail|message|communication)\b.{0,400}\b(?:confidential|privileged|intended (?:only|solely)|addressee)"
    r"|^\W*(?:caution|warning|external)\b\W.{0,80}\b(?:external|outside|originated)\b|"
    r"^\W*(?:please )?consider the environment before printing",
    re.IGNORECASE | re.DOTALL,
)
_SHORT_QUOTE = 6  # lines: a quotation this short with an answer below it stays above its answer
_HTML_QUOTES = (
    ".//blockquote[@type='cite']|.//*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    "|.//*[contains(@class, 'yahoo_quoted')]|.//*[contains(@class, 'protonmail_quote')]"
)
_HTML_SIGNATURES = (
    ".//*[contains(@class, 'gmail_signature')]|.//*[contains(@class, 'moz-signature')]|.//*[@id='Signature']"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message's text in three."""

    says: str
    signature: str = ""
    earlier: str = ""


def is_boilerplate(words: str) -> bool:
    """Whether a paragraph is what mail systems add to every message."""
    return bool(_BOILERPLATE.match(words) or _SENT_BY.match(words))


def starts_history(lines: Sequence[str]) -> bool:
    """Whether an earlier message starts here without marks: "-----Original Message-----", "From: … Sent: …", or an
    "On … wrote:", which may run over two lines."""
    if not lines:
        return False
    if _ORIGINAL.match(lines[0]) or _WROTE.match(lines[0]):
        return True
    if lines[0].startswith(("On ", "Am ", "Le ", "El ", "W dniu")) and _WROTE.match(" ".join(lines[:2])):
        return True
    return bool(_FROM.match(lines[0])) and bool(_SENT.search(" ".join(lines[:4])[:600]))


def unflowed(text: str, delsp: bool = False) -> str:
    """The text of a format=flowed message with its soft line breaks joined (RFC 3676)."""
    joined: list[tuple[int, str]] = []
    open_line = False
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        if open_line and joined[-1][0] == depth and words != "-- ":
            joined[-1] = (depth, joined[-1][1] + words)
        else:
            joined.append((depth, words))
        open_line = words.endswith(" ") and words != "-- "
        if open_line and delsp:
            joined[-1] = (depth, joined[-1][1].removesuffix(" "))
    return "\n".join(f"{'>' * depth}{' ' if depth else ''}{words}" for depth, words in joined)


def split_plain(text: str) -> Letter:
    """A plain text's three parts. A short quotation with an answer below it stays where it is; marks are taken off."""
    lines = [line for line in _without_armour(_IMAGE.sub("", text).splitlines()) if not _LINE.fullmatch(line)]
    says: list[str] = []
    signature: list[str] = []
    earlier: list[str] = []
    runs = _runs(lines, _history(lines))
    last = max((i for i, (quoted, _) in enumerate(runs) if not quoted), default=-1)
    for i, (quoted, run) in enumerate(runs):
        if quoted:
            stays = i < last and sum(bool(line.strip(" >")) for line in run) <= _SHORT_QUOTE
            (says if stays else earlier).extend([*_unmarked(run), ""])
            continue
        mark = next((n for n, line in enumerate(run) if line in {"-- ", "--"}), len(run))
        says += run[:mark]
        signature += run[mark + 1 :]
    return Letter("\n".join(says), "\n".join(signature).strip(), "\n".join(earlier).strip())


def _history(lines: Sequence[str]) -> set[int]:
    """The lines of earlier messages: quoted ones, what says whose they are, and all behind an unmarked start."""
    history = {i for i, line in enumerate(lines) if line.startswith(">")}
    for i in range(len(lines)):
        ahead = [n for n in range(i, min(len(lines), i + 6)) if lines[n].strip()][:4]
        if i in history or ahead[:1] != [i] or not starts_history([lines[n].strip() for n in ahead]):
            continue
        quote = next((n for n in ahead if n in history), None)
        if quote is None:
            return history | set(range(i, len(lines)))
        history |= set(range(i, quote))
    return history


def _runs(lines: Sequence[str], history: set[int]) -> list[tuple[bool, list[str]]]:
    """Runs of quoted and of unquoted lines; an empty line belongs to the run it stands in."""
    runs: list[tuple[bool, list[str]]] = []
    for i, line in enumerate(lines):
        if runs and (runs[-1][0] == (i in history) or not line.strip()):
            runs[-1][1].append(line)
        elif line.strip():
            runs.append((i in history, [line]))
    return runs


def _unmarked(lines: Sequence[str]) -> Iterator[str]:
    """The lines without their marks, with an empty line where somebody else's words begin."""
    before = ""
    for i, line in enumerate(lines):
        found = _QUOTED.match(line)
        marks = found[0].replace(" ", "") if found else ""
        if i and marks != before:
            yield ""
        yield line[found.end() :] if found else line
        before = marks


def _without_armour(lines: list[str]) -> list[str]:
    """The lines of a text signed in the open, without the signature's own lines."""
    if "-----BEGIN PGP SIGNED MESSAGE-----" not in lines:
        return lines
    start = lines.index("-----BEGIN PGP SIGNED MESSAGE-----")
    body = lines[start + 1 :]
    body = body[next((i + 1 for i, line in enumerate(body) if not line.strip()), 0) :]
    end = body.index("-----BEGIN PGP SIGNATURE-----") if "-----BEGIN PGP SIGNATURE-----" in body else len(body)
    return lines[:start] + [line.removeprefix("- ") for line in body[:end]]


def is_encrypted(text: str) -> bool:
    """Whether the text is nothing but an encrypted block."""
    return text.lstrip().startswith("-----BEGIN PGP MESSAGE-----")


def split_html(text: str) -> Letter:
    """An HTML text's three parts, each HTML, as far as its elements tell them; `UnreadableReport` if it is none."""
    tree = parse(text, "")
    signature = _taken_out(tree, _HTML_SIGNATURES, outside=_HTML_QUOTES)
    earlier = _taken_out(tree, _HTML_QUOTES)
    return Letter(html.tostring(tree, encoding="unicode"), signature, earlier)


def _taken_out(tree: Any, path: str, outside: str = "") -> str:
    """The outermost elements at this path, removed from the tree, as HTML; not those inside of `outside`."""
    found = tree.xpath(path)
    barred = {*found, *(tree.xpath(outside) if outside else ())}
    pieces = []
    for element in [e for e in found if barred.isdisjoint(e.iterancestors())]:
        pieces.append(html.tostring(element, encoding="unicode", with_tail=False))
        element.drop_tree()
    return "\n".join(pieces)
