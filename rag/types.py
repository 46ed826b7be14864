"""The nouns of Footnote, as frozen dataclasses. No behaviour beyond what a noun knows of itself; standard library only.

Offsets are half-open character offsets into a page's text, so that ``page.text[start:end]`` is always the thing named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import threading

    import numpy as np
    from numpy.typing import NDArray

# --- time ---------------------------------------------------------------------------------------------------------


class PeriodKind(StrEnum):
    """How a period is counted: the kinds are kept apart, since the year to March is not the year."""

    CALENDAR = "calendar"
    FISCAL = "fiscal"
    ROLLING = "rolling"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open range of days with the label people would give it: ``2025 = [2025-01-01, 2026-01-01)``."""

    start: date
    end: date
    label: str = field(compare=False)
    kind: PeriodKind = field(default=PeriodKind.CALENDAR, compare=False)

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period ends after it starts: {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A period as a text names it: ``text[start:end] == words``, and the days it stands for, if they are known."""

    start: int
    end: int
    words: str
    period: Period | None
    relative: bool = False  # "last year": needs a date outside the text to be resolved


@dataclass(frozen=True, slots=True)
class Published:
    """A report's own date and where it was found (``front matter``, ``HTML metadata``, ``file name`` …)."""

    day: date
    source: str

    @property
    def certain(self) -> bool:
        """Whether the report, or a person, says so; a file's properties, its name and a guess may be about something
        else."""
        return self.source not in {"document properties", "file name", "guess"}


# --- what a reader returns ------------------------------------------------------------------------------------------

SHEETS = "Workbook"  # the kind of report whose pages are sheets

BlockKind = Literal["heading", "paragraph", "list_item", "table_row", "caption", "footnote", "furniture"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table row: its span in the page's text and the headers above it, outermost first."""

    start: int
    end: int
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A run of one page's text with one role. ``furniture`` (running headers, page numbers) is never cited."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0  # of a heading: 1 is the outermost
    cells: tuple[Cell, ...] = ()  # of a table row; the row's label is its first cell
    caption: str = ""  # of a table row: the table's caption, with its unit line, if it has one
    total: bool = False  # of a table row: it sums up others


@dataclass(frozen=True, slots=True)
class Box:
    """Where the characters ``[start, end)`` stand on a PDF page, in points from the page's top left corner."""

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader would turn to. Blocks are in reading order and do not overlap; text outside them is layout."""

    number: int  # 1-based, as a viewer counts
    text: str
    blocks: tuple[Block, ...]
    label: str = ""  # what is printed on it, where that is not its number: "iv"; of a sheet its name
    width: float = 0.0  # points; 0 where a page has no size
    height: float = 0.0
    boxes: tuple[Box, ...] = ()  # one a line or cell, in text order
    published: Published | None = None  # its own date, where a file holds many articles or messages


def place(kind: str, page: int, label: str) -> str:
    """A page of a report of this kind as people would name it: "page 6", "page 6 (iv)", "sheet 2025"."""
    if kind == SHEETS and label:
        return f"sheet {label}"
    return f"page {page} ({label})" if label else f"page {page}"


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a reader found in one file."""

    kind: str  # "PDF", "Word document", SHEETS, "Web article", "Mailbox" …
    title: str
    pages: tuple[Page, ...]
    published: Published | None = None
    covers: Period | None = None
    notes: tuple[str, ...] = ()  # what of it could not be read, a sentence each: "Page 3 is a scan: …"


# --- what the library holds -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Report:
    """One live revision of one file, as the catalog lists it."""

    id: str
    revision: str  # the first characters of the content's SHA-256
    path: str  # relative to the ingested root
    collection: str
    title: str
    kind: str
    pages: int
    published: Published | None
    covers: Period | None
    notes: tuple[str, ...] = ()  # what of it could not be read


@dataclass(frozen=True, slots=True)
class Within:
    """Which reports may be asked: those for which all that is given here holds; all of them, if nothing is.

    Both days belong to the range. A report whose date is not known lies in no range, not even in one that is open at
    an end.
    """

    scope: str = ""  # its path starts with this: a folder, or the report itself
    collection: str = ""
    published_from: date | None = None
    published_to: date | None = None

    @property
    def dated(self) -> bool:
        return self.published_from is not None or self.published_to is not None

    def holds(self, report: Report) -> bool:
        """Whether this report may be asked."""
        if not report.path.startswith(self.scope) or self.collection not in ("", report.collection):
            return False
        if not self.dated:
            return True
        if report.published is None:
            return False
        day = report.published.day
        return (self.published_from or day) <= day <= (self.published_to or day)


EVERYTHING = Within()

StatementKind = Literal["sentence", "item", "row"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a statement. All offsets are into the page's text.

    ``[start, end)`` spans qualifier, number and unit ("more than 33,000 leads"); ``[number_start, number_end)`` the
    number as written, with currency sign, scale word or percent sign ("33,000", "£4.2 million", "15 per cent").
    ``value`` is multiplied out. ``counts`` are the words that say what is counted, for a cell its row label, column
    headers and caption.
    """

    start: int
    end: int
    number_start: int
    number_end: int
    value: float
    unit: str = ""  # "%", an ISO 4217 code ("GBP"), "days", or the noun counted ("leads")
    qualifier: str = ""  # "more than", "nearly", "provisional"
    counts: str = ""
    period: Period | None = None
    provisional: bool = False  # its report says so


@dataclass(frozen=True, slots=True)
class Statement:
    """The smallest thing that can be cited. ``text`` is exactly ``page_text[start:end]``.

    A row or sentence is understood through its heading path and caption; a row's ``cells`` carry their headers.
    ``period`` is what the statement is about and ``said`` the words that name it, in the statement or around it.
    """

    id: str  # "bulletin-2026-q3-9c1e04@3f9a0c12:p2:s14"
    passage_id: str
    page: int
    ordinal: int  # within the page, from 1
    start: int
    end: int
    text: str
    kind: StatementKind
    heading: str = ""  # "Referrals > By region"
    caption: str = ""
    cells: tuple[Cell, ...] = ()
    total: bool = False  # of a row: it sums up others
    period: Period | None = None
    said: str = ""
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole statements on one page, sized for the embedding model. ``text == page_text[start:end]``."""

    id: str  # "bulletin-2026-q3-9c1e04@3f9a0c12:p2:g3"
    report: Report
    page: int
    ordinal: int  # within the report, from 1
    start: int
    end: int
    text: str
    heading: str
    statements: tuple[Statement, ...]
    label: str = ""  # of its page, as Page has it


# --- asking and answering -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation. ``system`` is what a language model is told beside it; nobody asks as it."""

    role: Literal["user", "assistant", "system"]
    content: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it reaches Footnote. ``as_of`` is the day it is asked and resolves "last year"."""

    question: str
    as_of: date
    history: tuple[Turn, ...] = ()
    scope: str = ""  # this and the next three: only those reports, as Within says
    answerer: Literal["auto", "extract", "llm"] = "auto"
    id: str = ""
    collection: str = ""
    published_from: date | None = None
    published_to: date | None = None
    period: str = ""  # the asker's words for the period meant, instead of what the question says: "2024/25"
    cancel: threading.Event | None = field(
        default=None, compare=False, repr=False
    )  # set when the asker wants no answer any more

    @property
    def within(self) -> Within:
        """The reports that it is put to."""
        return Within(self.scope, self.collection, self.published_from, self.published_to)


# The kind of answer a question wants.
Wants = Literal[
    "count", "figure", "share", "money", "date", "duration", "person", "place", "reason", "definition", "text"
]


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of the question: shown to the asker, and used by every later step."""

    standalone: str  # the question with what a follow-up left out
    period: Period | None
    period_words: str = ""  # the asker's words for it: "last year"
    periods: tuple[Period, ...] = ()  # all that were named: "in 2023 and 2024"
    wants: Wants = "text"
    about: str = ""  # the question without its periods: what is searched for
    rank: Literal["", "most", "least"] = ""  # "which region had the most"
    added: str = ""  # of a follow-up: the part of ``about`` that is new
    before: str = ""  # of a follow-up: what the turn before was about, searched for with less weight


Status = Literal["answered", "partial", "not_found", "error"]


@dataclass(frozen=True, slots=True)
class CitedCell:
    """The cell of a cited row that holds the figure: which of its cells, and where it stands on the page."""

    column: int  # index into the citation's headers; 0 is the label
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered footnote: the exact span, with the passage around it so that it can be shown without the library."""

    n: int
    report: str  # path relative to the ingested root
    title: str
    published: date | None
    page: int
    start: int
    end: int
    quote: str
    statement_id: str
    kind: str = ""
    pages: int = 1
    heading: str = ""
    covers: str = ""  # label of the period the report covers
    headers: tuple[tuple[str, str], ...] = ()  # of a table row: (column header, cell), so that it can be read alone
    cells: tuple[CitedCell, ...] = ()  # of a table row: those it is cited for
    label: str = ""  # of the page: "iv", a sheet's name
    caption: str = ""
    said: str = ""  # the words by which the statement names its period: "Last year"
    period: Period | None = None  # what those words stand for
    passage_start: int = 0
    passage_text: str = ""
    figures: tuple[Figure, ...] = ()  # of the statement, as its report has them: scale and period may stand elsewhere

    @property
    def place(self) -> str:
        """The page as people would name it."""
        return place(self.kind, self.page, self.label)


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer with the numbers of the citations it rests on, and whether the check passed."""

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = True


@dataclass(frozen=True, slots=True)
class AnsweredFigure:
    """A figure of the answer, tied to its citation."""

    value: float
    unit: str
    qualifier: str
    period: Period | None
    citation: int
    start: int = 0  # of its qualifier, number and unit on the cited page
    end: int = 0


@dataclass(frozen=True, slots=True)
class Headline:
    """The answer at its shortest, for large type: qualifier before, figure, what it counts and when behind."""

    figure: str  # "33,000"
    qualifier: str = ""  # "more than"
    label: str = ""  # "leads · 2025"


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One passage as search returned it."""

    rank: int
    report: str
    page: int
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer. ``stream()`` yields it as it grows; the last one is complete (``done``).

    For ``not_found`` the citations are the nearest evidence, offered and not claimed: no claim refers to them.
    """

    question: str
    status: Status
    text: str
    id: str = ""
    short: str | None = None
    headline: Headline | None = None
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Retrieved, ...] = ()
    figures: tuple[AnsweredFigure, ...] = ()
    understood: Understood | None = None
    as_of: date | None = None
    conflicts: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()  # what the reader should know beside the answer: "provisional", "another report says …"
    suggestions: tuple[tuple[str, int], ...] = ()  # of a not_found: (label, citation) of the nearest evidence
    answerer: Literal["extract", "llm"] = "extract"
    timings_ms: dict[str, float] = field(default_factory=dict)
    usage: dict[str, float] | None = None
    error: str | None = None
    done: bool = True


# --- the embedding seam ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spanned:
    """A text to embed, with the spans inside it that want a vector of their own."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded:
    """Unit vectors, float32: ``vector`` of shape (dimensions,), ``parts`` of shape (spans, dimensions)."""

    vector: NDArray[np.float32]
    parts: NDArray[np.float32]


class Embed(Protocol):
    """Texts in, their vectors out, in the same order. The fingerprint names the model that made them."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def __call__(self, texts: Sequence[Spanned], /) -> list[Embedded]: ...


# --- the judging seam -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """Statements of one passage as the model is shown them: where they stand, then their texts."""

    above: str  # report and heading: "Bulletin Q3 2026 > Referrals"
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model says of one statement. ``[start, end)`` are the words of its text that would answer."""

    relevance: float  # log-odds, against the other statements it was shown and against no answer at all (0)
    start: int
    end: int
    span: float  # the sum of the span's two scores


class Judge(Protocol):
    """A question and passages in; for each passage what is said of each of its statements, None of one left unread."""

    def __call__(self, question: str, passages: Sequence[Shown], /) -> list[list[Judged | None]]: ...


# --- the writing seam -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    """What one request to a language model took: tokens, and money where the model's price is known."""

    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None  # in the price table's currency


class Writes(Protocol):
    """A language model: messages in, pieces of text out as they come, and one ``Usage`` last.

    Raises ``ModelFailed``. When ``cancel`` is set the request is ended at the endpoint too: ``stopped``.
    """

    @property
    def name(self) -> str: ...

    @property
    def budget(self) -> int:
        """The tokens that a prompt may take."""

    def check(self) -> str:
        """What keeps it from answering, in a sentence; empty if nothing is known to. Never raises."""

    def __call__(self, messages: Sequence[Turn], cancel: threading.Event | None = None) -> Iterator[str | Usage]: ...
