"""The source of an RTF document, written anew with only what a reader sees and with marks between its parts.

striprtf decodes the characters. The marks (a paragraph, cell or row ends here, a note starts) come through the decoding
as private characters around the number of what they stand for.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from datetime import date

from striprtf.striprtf import charset_map, destinations, rtf_to_text

from rag.reading.compose import fold

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.DOTALL
)
_HIGH = re.compile(r"[\x80-\xff]")
_OPEN, _SHUT = "\ue000", "\ue001"  # around a mark's number
MARK = re.compile(f"{_OPEN}(\\d+){_SHUT}")
_NOT_SHOWN = destinations - {"footnote", "shptxt", "dptxbxtext", "ud"} | {"listtext", "bkmkstart", "nonshppict"}
_OUTER = {"shp", "shpgrp", "shpinst", "do", "upr"}  # not shown, but for one group inside them
_SHOWN_INSIDE = {"shptxt", "dptxbxtext", "ud"}
_CHARACTERS = set("emdash endash bullet lquote rquote ldblquote rdblquote emspace enspace qmspace".split())
_SYMBOLS = {"~": "\\~", "_": "-", "{": "\\{", "}": "\\}", "\\": "\\\\"}
_ENCODINGS = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}


@dataclass(slots=True)
class _State:
    """What holds inside a group and is restored at its end."""

    shown: bool = True
    shown_inside: bool = True  # whether text is shown in the one shown group inside one that is not
    place: str = ""  # the destination the group is
    aside: bool = False  # a note or a box starts with this group
    hidden: bool = False
    deleted: bool = False
    raised: bool = False
    bold: bool = False
    skip: int = 1  # how many characters stand after a Unicode one for programs that know none
    style: int = 0
    outline: int = 9
    listed: bool = False
    in_table: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The end of a paragraph, or of one inside a cell."""

    style: int
    outline: int
    listed: bool
    in_table: bool
    bold: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """The end of a cell."""


@dataclass(frozen=True, slots=True)
class Row:
    """The end of a row: the right edges of its cells, and which go on with the one above or to the left."""

    edges: tuple[int, ...] = ()
    down: frozenset[int] = frozenset()
    across: frozenset[int] = frozenset()
    header: bool = False


@dataclass(frozen=True, slots=True)
class Aside:
    """Where a note or text box begins, or (no kind) ends."""

    kind: str


@dataclass(frozen=True, slots=True)
class Raise:
    """From here on text is raised, or no more."""

    on: bool


Thing = Paragraph | Cell | Row | Aside | Raise


class Source:
    """Reads the source once, and writes it anew with marks."""

    def __init__(self, text: str) -> None:
        self.things: list[Thing] = []
        self.styles: dict[int, str] = {}  # the paragraph styles' names, in lower case
        self.open_groups = 0
        self._text = text
        self._out: list[str] = []
        self._title: list[str] = []
        self._days: dict[str, dict[str, int]] = {}
        self._style_name: list[str] = []
        self._fonts: dict[str, str] = {}
        self._font = "0"
        self._default_font = "0"
        self._code_page = ""
        self._encoding = "cp1252"
        self._notes = self._asides = 0  # notes so far; notes and boxes now open
        self._is_raised = False
        self._was_listed = False
        self._letters = self._bold_letters = 0
        self._row = Row()
        self._flags: set[str] = set()
        self._skipping = 0

    def decoded(self) -> str:
        """The text with its marks."""
        return self._decode("".join(self._out))

    def title(self) -> str:
        return fold(self._decode("".join(self._title)))

    def day(self, name: str) -> date | None:
        """The day of a time in the document's information."""
        parts = self._days.get(name, {})
        try:
            return date(parts["yr"], parts.get("mo", 1), parts.get("dy", 1))
        except (KeyError, ValueError):
            return None

    def _decode(self, body: str) -> str:
        fonts = "".join(f"{{\\f{key}\\fcharset{charset} x;}}" for key, charset in self._fonts.items())
        page = f"\\ansicpg{self._code_page}" if self._code_page else ""
        source = f"{{\\rtf1{page}\\deff{self._default_font}\\uc0{{\\fonttbl{fonts}}}{body}}}"
        text: str = rtf_to_text(source, encoding=self._encoding, errors="replace")  # type: ignore[no-untyped-call]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # characters written as two halves

    def read(self) -> None:
        stack: list[_State] = []
        state, fresh, starred = _State(), False, False
        at = 0
        while found := _TOKEN.match(self._text, at):
            at = found.end()
            word, number, code, symbol, brace, run = found.groups()
            if brace == "{":
                stack.append(state)
                state, fresh, starred = replace(state, aside=False), True, False
                self._skipping = 0
            elif brace:
                if state.aside:
                    self._asides -= 1
                    self._mark(Aside(""))
                if state.place == "style":
                    self._end_style(state)
                if not stack:
                    break
                state = stack.pop()
                fresh = False
                self._skipping = 0
                if not stack:  # whatever stands behind the document is not of it
                    break
            elif not any(found.groups()):
                continue  # line ends are only layout of the source
            elif symbol == "*" and fresh:
                starred = True
            elif word:
                if word == "bin":
                    at += max(0, int(number or 0))
                if fresh and not self._enter(word, state, starred):
                    fresh = False
                    continue
                fresh = False
                self._word(word, number, state)
            else:
                if fresh:
                    self._enter("", state, starred)
                fresh = False
                if code or symbol or run:
                    self._characters(code, symbol, run, state)
        self.open_groups = len(stack)
        self._mark(self._paragraph(_State()))

    # --- groups -------------------------------------------------------------------------------------------------------

    def _enter(self, word: str, state: _State, starred: bool) -> bool:
        """Take note of what a group is by its first word; whether that word may mean something else too."""
        outer = state.place
        if outer == "stylesheet":
            state.place = "" if starred else "style"  # the others are not of paragraphs
            return True
        if outer == "style":
            state.place = ""
            return True
        if word in {"stylesheet", "fonttbl", "info"} or (outer == "info" and word in {"title", "creatim", "revtim"}):
            state.place, state.shown = word, False
            if outer == "info" and word != "title":
                self._days[word] = {}
            return False
        if outer in {"fonttbl", "title"} or not word:
            state.shown = state.shown and not starred
            return True
        if word in _OUTER:
            state.shown, state.place = False, word
            return False
        if word in _SHOWN_INSIDE:
            state.shown, state.place = state.shown_inside, word
        elif word in {"listtext", "pntext"}:
            self._was_listed = self._was_listed or state.shown
            state.shown = state.shown_inside = False
            return False
        elif word in _NOT_SHOWN or (starred and word != "footnote"):
            state.shown = state.shown_inside = False
            state.place = word
            return False
        if word in {"footnote", "shptxt", "dptxbxtext"} and state.shown:
            state.aside, state.in_table, state.raised = True, False, False
            self._asides += 1
            self._mark(Aside("footnote" if word == "footnote" else "box"))
        return word not in {"footnote", *_SHOWN_INSIDE}

    def _end_style(self, state: _State) -> None:
        name = "".join(self._style_name).split(";")[0].strip().lower()
        self.styles.setdefault(state.style, name)
        self._style_name.clear()

    # --- words and characters -----------------------------------------------------------------------------------------

    def _word(self, word: str, number: str | None, state: _State) -> None:
        value = int(number) if number else 0
        on = number != "0"
        self._skipping = 0
        match word:
            case "u" if number:
                unit = value % 0x10000  # those above 32,767 are written as negative numbers
                if abs(value) < 0x10000 and unit > 31 and chr(unit) not in {_OPEN, _SHUT}:
                    self._show(f"\\u{unit} ", state)
                self._skipping = state.skip
            case "uc":
                state.skip = min(max(0, value), 20)
            case "par" | "sect":
                self._end_paragraph(state)
            case "cell" | "row" if state.shown:
                self._end_cell(word, state)
            case "line" | "page" | "tab" | "nestcell" | "nestrow":
                self._show(" ", state)
            case "trowd" | "trhdr" | "clvmrg" | "clmrg" | "cellx" if not state.shown:
                pass  # of a table inside a cell
            case "trowd":
                self._row, self._flags = Row(), set()
            case "trhdr":
                self._row = replace(self._row, header=True)
            case "clvmrg" | "clmrg":
                self._flags.add(word)
            case "cellx":
                self._end_column(value)
            case "pard":
                state.style, state.outline, state.listed, state.in_table = 0, 9, False, False
            case "plain":
                state.hidden = state.deleted = state.raised = state.bold = False
                self._show(f"\\f{self._default_font} ", state, seen=False)
            case "intbl":
                state.in_table = on
            case "s":
                state.style = value
            case "outlinelevel":
                state.outline = value
            case "ls":
                state.listed = value > 0
            case "v":
                state.hidden = on
            case "deleted":
                state.deleted = on
            case "super":
                state.raised = on
            case "nosupersub" | "sub":
                state.raised = False
            case "b":
                state.bold = on
            case "chftn":
                self._note_mark(state)
            case _:
                self._other(word, number, state)

    def _other(self, word: str, number: str | None, state: _State) -> None:
        """Characters with a name, fonts, code pages and dates."""
        if word in _CHARACTERS:
            self._show(f"\\{word} ", state)
        elif word == "f" and number:
            self._font = number
            self._show(f"\\f{number} ", state, seen=False)
        elif word == "fcharset" and state.place == "fonttbl":
            if _is_known(charset_map.get(int(number or 0), "cp1252")):
                self._fonts[self._font] = number or "0"
        elif word == "deff":
            self._default_font = number or "0"
        elif word == "ansicpg" and number:
            self._code_page = number if _is_known(f"cp{number}") else ""
        elif word in _ENCODINGS:
            self._encoding = _ENCODINGS[word]
        elif word in {"yr", "mo", "dy"} and state.place in self._days:
            self._days[state.place][word] = int(number or 0)

    def _characters(self, code: str | None, symbol: str | None, run: str | None, state: _State) -> None:
        if symbol in {"\r", "\n"}:
            self._end_paragraph(state)
            return
        if run:
            skipped = min(self._skipping, len(run))
            self._skipping -= skipped
            run = run[skipped:]
            shown = _HIGH.sub(lambda found: f"\\'{ord(found[0]):02x}", run)
        elif self._skipping and (code or symbol):
            self._skipping -= 1
            return
        elif code:
            shown = f"\\'{code}"
        else:
            shown = _SYMBOLS.get(symbol or "", "")
        if not shown:
            return
        if state.place == "style":
            self._style_name.append(run or "")
        elif state.place == "title":
            self._title.append(shown)
        else:
            self._show(shown, state)

    def _show(self, words: str, state: _State, seen: bool = True) -> None:
        """Write these characters, if they are shown; `seen`: whether there is something to see in them."""
        if state.place == "title" and seen:
            self._title.append(words)
        if not state.shown or state.hidden or state.deleted:
            return
        if seen and state.raised != self._is_raised:
            self._is_raised = state.raised
            self._mark(Raise(state.raised))
        self._out.append(words)
        if seen and not words.isspace():
            self._letters += len(words)
            self._bold_letters += len(words) if state.bold else 0

    def _note_mark(self, state: _State) -> None:
        """The number of a note, where the text refers to it and where the note repeats it."""
        if not state.shown:
            return
        self._notes += not self._asides
        self._show(str(self._notes), replace(state, raised=True))

    def _mark(self, thing: Thing) -> None:
        self._out.append(f"\\u{ord(_OPEN)} {len(self.things)}\\u{ord(_SHUT)} ")
        self.things.append(thing)

    def _end_paragraph(self, state: _State) -> None:
        if state.shown and not (state.hidden or state.deleted):
            self._mark(self._paragraph(state))

    def _paragraph(self, state: _State) -> Paragraph:
        bold = 0 < self._letters == self._bold_letters
        ended = Paragraph(state.style, state.outline, state.listed or self._was_listed, state.in_table, bold)
        self._was_listed = False
        self._letters = self._bold_letters = 0
        return ended

    def _end_cell(self, word: str, state: _State) -> None:
        self._letters = self._bold_letters = 0
        self._was_listed = False
        self._mark(Cell() if word == "cell" else self._row)

    def _end_column(self, edge: int) -> None:
        """A cell's definition ends with its right edge."""
        i = len(self._row.edges)
        self._row = replace(
            self._row,
            edges=(*self._row.edges, edge),
            down=self._row.down | {i} if "clvmrg" in self._flags else self._row.down,
            across=self._row.across | {i} if "clmrg" in self._flags else self._row.across,
        )
        self._flags = set()


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True
