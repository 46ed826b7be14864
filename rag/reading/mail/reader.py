"""Mail messages (.eml) and mailboxes (.mbox): each message is a page, and what is attached to it are further pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from email.message import Message

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.compose import PageText
from rag.reading.formats import reader_for
from rag.reading.limits import Limits
from rag.reading.mail.page import write_message
from rag.reading.mail.parts import Attachment, header, moment, parsed, parts_of
from rag.types import Page, Published, Reading

_DEEPEST = 3  # messages inside messages
_LABEL = 80
_HEADER = "mail header"  # where a message's date is found
# A line that begins a message of a mailbox: "From who@where Tue May 19 14:22:00 2026".
_BEGINS = re.compile(rb"^From [^\n]*\d\d:\d\d[^\n]*\r?\n(?=[!-9;-~]+:|>From )", re.MULTILINE)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_DELETED = 0x8  # of Mozilla's status: the message waits to be swept away


def read_message(content: bytes, name: str, limits: Limits) -> Reading:
    """The message as page 1, then the pages of what is attached, each labelled with the name of its file."""
    message = parsed(content)
    if not message.keys():
        raise UnreadableReport(f"{name}: not a mail message: it has no headers")
    folder = _Folder(name, limits)
    folder.add(message, dated=False)
    if not any(block.kind not in {"heading", "furniture"} for page in folder.pages for block in page.blocks):
        reason = " ".join(folder.notes) or "the message holds no text"
        raise UnreadableReport(f"{name}: {reason}")
    subject = header(message, "Subject")
    title = subject or dates.title_of_file(name)
    return Reading(
        "Mail message",
        title,
        tuple(folder.pages),
        dates.first_date(
            _sent(message),
            dates.in_imprint(folder.pages[:1]),
            dates.in_title(title, name),
            dates.in_file_name(name),
        ),
        dates.covers(subject),  # a month in the file's name is when it was sent
        tuple(folder.notes),
    )


def read_mailbox(content: bytes, name: str, limits: Limits) -> Reading:
    """Each message in the order of the file, followed by what is attached to it; its date is the newest message's."""
    folder = _Folder(name, limits)
    seen: set[tuple[str, int]] = set()
    number = 0
    for number, raw in enumerate(_messages(content), start=1):
        if len(folder.pages) >= limits.pages:
            folder.notes.append(
                f"Only the first {number - 1:,} messages were read: "
                f"they make {limits.pages:,} pages (setting reader_pages)."
            )
            break
        try:
            message = parsed(raw)
            known = (header(message, "Message-ID"), hash(raw))
            if not _is_deleted(message) and known not in seen:
                folder.add(message, dated=True)
            seen.add(known)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one message costs that message only
            folder.notes.append(f"Message {number} was not read: {_reason(error)}.")
    if not number:
        raise UnreadableReport(f"{name}: not a mailbox: no message begins in it")
    if not folder.pages:
        raise UnreadableReport(f"{name}: no message of it holds text")
    days = [page.published for page in folder.pages if page.published and page.published.source == _HEADER]
    title = dates.title_of_file(name)
    return Reading(
        "Mailbox",
        title,
        tuple(folder.pages),
        dates.first_date(max(days, key=_day, default=None), dates.in_file_name(name)),
        dates.covers(title),
        tuple(folder.notes),
    )


def _messages(content: bytes) -> Iterator[bytes]:
    """The messages of a mailbox, without the lines that begin them, and with escaped lines as they were written."""
    begins = [(found.start(), found.end()) for found in _BEGINS.finditer(content)]
    ends = [start for start, _ in begins[1:]] + [len(content)]
    for (_, start), end in zip(begins, ends, strict=False):
        yield _ESCAPED.sub(rb"\1", content[start:end])


def _is_deleted(message: Message) -> bool:
    """Whether the mail program has deleted the message and not yet swept it, or put it there for its own use."""
    status = header(message, "X-Mozilla-Status")
    if re.fullmatch(r"[0-9a-fA-F]{4}", status) and int(status, 16) & _DELETED:
        return True
    folder_data = header(message, "X-IMAP") or header(message, "X-IMAPbase")
    return bool(folder_data) and "MAILER-DAEMON" in header(message, "From")


def _sent(message: Message) -> Published | None:
    """The day the message was sent, in its own zone."""
    when = moment(message)
    return dates.published(when.date(), _HEADER) if when else None


def _day(published: Published) -> date:
    return published.day


def _reason(error: Exception) -> str:
    """What went wrong, in words that can stand inside a sentence."""
    if isinstance(error, UnreadableReport):
        return str(error)
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return f"{type(error).__name__}: {error}"[:200]


class _Folder:
    """The pages of the messages read so far, with what is attached to them, and sentences on what could not be read."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.pages: list[Page] = []
        self.notes: list[str] = []
        self._name = name
        self._limits = limits

    def add(self, message: Message, dated: bool, depth: int = 1) -> None:
        """Add a message's page and those of what came with it. `dated`: its pages carry its date."""
        parts = parts_of(message)
        day = _sent(message) if dated else None
        page = PageText()
        write_message(page, message, parts)
        subject = header(message, "Subject")
        if parts.encrypted:
            what = f"The message “{_cut(subject)}”" if dated and subject else "The message"
            self.notes.append(f"{what} is encrypted and was not read.")
        if any(block.kind != "furniture" for block in page.blocks):
            label = _cut(subject or (str(day.day) if day else "")) if dated else ""
            self._keep([page.page(label=label)], day)
        for attachment in parts.attachments:
            self._attach(attachment, day)
        for inner in parts.messages:
            if depth >= _DEEPEST:
                self.notes.append(f"A message inside {depth} others was not read: it is too deep.")
            elif not self._is_full("A message that came with it"):
                self.add(inner, True, depth + 1)

    def _attach(self, attachment: Attachment, day: Published | None) -> None:
        what = f"The attachment {attachment.name}"
        if self._is_full(what):
            return
        try:
            reading = reader_for(attachment.name, attachment.content)(attachment.content, attachment.name, self._limits)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with an attachment costs that attachment only
            reason = _reason(error).removeprefix(f"{attachment.name}: ").rstrip(".")
            self.notes.append(f"{what} was not read: {reason}.")
            return
        own = reading.published if reading.published and reading.published.certain else day
        self._keep([replace(page, label=_label(attachment.name, page, reading)) for page in reading.pages], own)
        self.notes += [f"{attachment.name}: {note}" for note in reading.notes]

    def _is_full(self, what: str) -> bool:
        """Whether no page more may be added; the sentence that says so is noted."""
        if len(self.pages) < self._limits.pages:
            return False
        self.notes.append(
            f"{what} was not read: there are {self._limits.pages:,} pages before it (setting reader_pages)."
        )
        return True

    def _keep(self, pages: Sequence[Page], day: Published | None) -> None:
        """Add pages, numbered behind those that are there, and dated where they have no date of their own."""
        room = max(0, self._limits.pages - len(self.pages))
        if len(pages) > room:
            self.notes.append(
                f"The last {len(pages) - room:,} pages of {pages[0].label.partition(',')[0]} were left out: "
                f"there are more than {self._limits.pages:,} (setting reader_pages)."
            )
        for page in pages[:room]:
            self.pages.append(replace(page, number=len(self.pages) + 1, published=page.published or day))


def _label(name: str, page: Page, reading: Reading) -> str:
    """ "figures.csv" or "report.pdf, page 3"; of a workbook's page the sheet's name stands for its number."""
    return name if len(reading.pages) == 1 else f"{name}, {page.label or f'page {page.number}'}"


def _cut(words: str) -> str:
    return words if len(words) <= _LABEL else f"{words[: _LABEL - 1].rstrip()}…"
