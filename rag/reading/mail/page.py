"""A mail message as a page: its subject, who wrote it to whom and when, what it says, and the messages it quotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import Message

from rag.errors import UnreadableReport
from rag.reading import tables
from rag.reading.compose import PageText, fold
from rag.reading.mail import text as mail_text
from rag.reading.mail.parts import Body, Parts, header, moment
from rag.reading.text.plain import write_blocks, write_text
from rag.reading.web.reader import write_fragment
from rag.types import Block

_HISTORY = "Earlier messages"
_PEOPLE = 200  # characters of a long list of them
_SUBSTANCE = 0.3  # a plain text with less of the words than the HTML beside it only says that there is HTML


def write_message(page: PageText, message: Message, parts: Parts) -> None:
    """Write the whole message. Who, whom and when, and signatures, are furniture: shown and kept, never cited."""
    page.add("heading", header(message, "Subject"), level=1)
    page.add("furniture", _envelope(message))
    text = _together(_shown(body) for body in parts.bodies)
    _copy(page, text.own)
    if text.earlier.blocks:
        page.add("heading", _HISTORY, level=2)
        _copy(page, text.earlier)


def _envelope(message: Message) -> str:
    """ "From: … · To: … · Date: …"; the date in the message's own zone."""
    when = moment(message)
    stated = {name: _people(header(message, name)) for name in ("From", "To", "Cc")}
    stated["Date"] = _when(when) if when else header(message, "Date")
    return " · ".join(f"{name}: {words}" for name, words in stated.items() if words)


def _when(when: datetime) -> str:
    return f"{when.day} {when:%B %Y, %H:%M %z}".strip()


def _people(words: str) -> str:
    if len(words) <= _PEOPLE:
        return words
    return f"{words[:_PEOPLE].rpartition(',')[0] or words[:_PEOPLE]} …"


# --- the text ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Text:
    """A message's text as blocks: its own, and that of earlier messages."""

    own: PageText = field(default_factory=PageText)
    earlier: PageText = field(default_factory=PageText)

    @property
    def size(self) -> int:
        return self.own.length + self.earlier.length

    @property
    def has_figures(self) -> bool:
        """Whether a table of it holds figures: other tables may only lay out the message."""
        page = self.own.page()
        cells = (cell for block in page.blocks for cell in block.cells[1:])
        return any(tables.is_figure(page.text[cell.start : cell.end]) for cell in cells)


def _together(texts: Iterable[_Text]) -> _Text:
    whole = _Text()
    for text in texts:
        _copy(whole.own, text.own)
        _copy(whole.earlier, text.earlier)
    return whole


def _shown(body: Body | list[Parts]) -> _Text:
    """The text of one body; of alternatives the plain one, unless the HTML has more words or tables of figures."""
    if isinstance(body, Body):
        return _html(body.text) if body.kind == "html" else _plain(body)
    plain = rich = None
    for parts in body:
        text = _together(_shown(inner) for inner in parts.bodies)
        if all(isinstance(inner, Body) and inner.kind == "plain" for inner in parts.bodies):
            plain = plain or text
        else:
            rich = text
    if plain is None or rich is None:
        return plain or rich or _Text()
    if plain.size < _SUBSTANCE * rich.size or (rich.has_figures and not plain.has_figures):
        return rich
    return plain


def _plain(body: Body) -> _Text:
    letter = mail_text.split_plain(mail_text.unflowed(body.text, body.delsp) if body.flowed else body.text)
    text, says = _Text(), PageText()
    write_text(says, letter.says, titles=False)
    _copy(text.own, says)
    text.own.add("furniture", fold(letter.signature))
    write_text(text.earlier, letter.earlier, titles=False)
    return text


def _html(source: str) -> _Text:
    try:
        letter = mail_text.split_html(source)
    except UnreadableReport:
        return _Text()  # no element in it: nothing to show
    text, says, signature = _Text(), PageText(), PageText()
    _fragment(says, letter.says)
    page = says.page()
    words = [page.text[block.start : block.end] for block in page.blocks]
    at = next((i for i in range(len(words)) if mail_text.starts_history(words[i : i + 4])), len(words))
    write_blocks(text.own, page.text, _marked(page.blocks[:at], words))
    _fragment(signature, letter.signature)
    text.own.add("furniture", fold(signature.page().text))
    write_blocks(text.earlier, page.text, page.blocks[at:])
    _fragment(text.earlier, letter.earlier)
    return text


def _fragment(page: PageText, source: str) -> None:
    if source.strip():
        try:
            write_fragment(page, source, "")
        except UnreadableReport:
            return  # no element in it: nothing to show


def _copy(page: PageText, text: PageText) -> None:
    own = text.page()
    write_blocks(page, own.text, _marked(own.blocks, [own.text[block.start : block.end] for block in own.blocks]))


def _marked(blocks: Iterable[Block], words: Iterable[str]) -> Iterator[Block]:
    """The blocks, with what mail systems add, and all behind a signature's mark, as furniture."""
    signed = False
    for block, text in zip(blocks, words, strict=False):
        signed = signed or text == "--"
        if signed or (block.kind == "paragraph" and mail_text.is_boilerplate(text)):
            block = replace(block, kind="furniture", level=0, cells=(), caption="", total=False)
        yield block
