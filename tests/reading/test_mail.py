from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage, Message

import pytest

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.mail.reader import read_mailbox, read_message
from rag.types import Page, Published, Reading
from reading import samples
from reading.samples import rows, shown, spans_hold, texts

HEADERS = "From: Information Officer <information@tarnside.example>\nTo: Research Office <office@college.example>\n"
HEADERS += "Subject: Referrals from schools\nDate: Tue, 19 May 2026 23:30:00 +0100\n"
ENVELOPE = (
    "From: Information Officer <information@tarnside.example> · To: Research Office <office@college.example>"
    " · Date: 19 May 2026, 23:30 +0100"
)
SENT = Published(date(2026, 5, 19), "mail header")


def read(content: str | bytes | Message, limits: Limits | None = None) -> Reading:
    """The reading of a message, its spans checked."""
    raw = content.encode() if isinstance(content, str) else content if isinstance(content, bytes) else bytes(content)
    reading = read_message(raw, "a.eml", limits or Limits())
    assert all(map(spans_hold, reading.pages))
    return reading


def body_of(text: str, *more: str) -> list[tuple[str, str]]:
    """The blocks of a plain message's page behind subject and envelope."""
    headers = HEADERS + "".join(f"{line}\n" for line in more or ["Content-Type: text/plain; charset=utf-8"])
    return shown(read(f"{headers}\n{text}").pages[0])[2:]


def made(plain: str = "", rich: str = "", subject: str = "Referrals from schools") -> EmailMessage:
    """A message with these texts, to attach files to."""
    message = EmailMessage()
    message["From"], message["Subject"] = "information@tarnside.example", subject
    message["Date"] = "Tue, 19 May 2026 23:30:00 +0100"
    if plain:
        message.set_content(plain)
    if rich and plain:
        message.add_alternative(rich, subtype="html")
    elif rich:
        message.set_content(rich, subtype="html")
    return message


def first_page(message: Message) -> Page:
    return read(message).pages[0]


# --- one message ------------------------------------------------------------------------------------------------------


def test_a_message_has_its_subject_its_envelope_and_what_it_says() -> None:
    reading = read(f"{HEADERS}\nDear colleague,\n\nIn 2025 there were\n986 referrals.\n\n* North: 12\n* South: 9\n")
    (page,) = reading.pages
    assert shown(page) == [
        ("heading", "Referrals from schools"),
        ("furniture", ENVELOPE),
        ("paragraph", "Dear colleague,"),
        ("paragraph", "In 2025 there were 986 referrals."),
        ("list_item", "North: 12"),
        ("list_item", "South: 9"),
    ]
    assert (reading.kind, reading.title, page.blocks[0].level) == ("Mail message", "Referrals from schools", 1)
    assert (reading.published, page.published, page.label) == (SENT, None, "")


def test_figures_under_each_other_are_rows() -> None:
    content = f"{HEADERS}\nReferrals made by schools were:\n\n2023: 731\n2024: 884\n2025: 986\n"
    (page,) = read(content).pages
    assert rows(page)[2] == [("2025", ()), ("986", ())]
    assert page.blocks[-1].caption == "Referrals made by schools were:"


def test_quoted_history_stands_under_a_heading_without_its_marks() -> None:
    assert body_of(
        "There were 986.\n\nOn 12 May 2026, the research\noffice <office@college.example> wrote:\n> How many came\n"
        "> from schools?\n>\n>> An older question.\n"
    ) == [
        ("paragraph", "There were 986."),
        ("heading", "Earlier messages"),
        ("paragraph", "On 12 May 2026, the research office <office@college.example> wrote:"),
        ("paragraph", "How many came from schools?"),
        ("paragraph", "An older question."),
    ]


@pytest.mark.parametrize(
    "start",
    [
        "-----Original Message-----\n",
        "________________________________\n",
        "---------- Forwarded message ---------\n",
        "",
    ],
)
def test_history_without_marks_is_told_by_how_it_starts(start: str) -> None:
    quoted = (
        "From: Research Office\nSent: 12 May 2026 09:10\nTo: Information Officer\nSubject: Data\n\nHow many came?\n"
    )
    blocks = body_of(f"There were 986.\n\n{start}{quoted}")
    assert blocks[:2] == [("paragraph", "There were 986."), ("heading", "Earlier messages")]
    assert blocks[-1] == ("paragraph", "How many came?")


def test_a_short_quotation_stays_above_its_answer() -> None:
    assert body_of("> How many came from schools in 2025?\n\n986.\n\n> And in 2024?\n\n884, revised.\n") == [
        ("paragraph", "How many came from schools in 2025?"),
        ("paragraph", "986."),
        ("paragraph", "And in 2024?"),
        ("paragraph", "884, revised."),
    ]


def test_signatures_and_what_mail_systems_add_are_furniture() -> None:
    assert body_of(
        "There were 986.\n\nSent from my phone\n\nThis e-mail is confidential and meant for\nits addressee.\n\n"
        "-- \nInformation Officer\n01632 960000\n\n> How many?\n"
    ) == [
        ("paragraph", "There were 986."),
        ("furniture", "Sent from my phone"),
        ("furniture", "This e-mail is confidential and meant for its addressee."),
        ("furniture", "Information Officer 01632 960000"),
        ("heading", "Earlier messages"),
        ("paragraph", "How many?"),
    ]


def test_soft_line_breaks_are_joined() -> None:
    flowed = "Content-Type: text/plain; charset=utf-8; format=flowed"
    text = "In 2025 there were \n986 referrals.\nIn 2024 884.\n-- \nThe office\n> How \n> many?\n"
    assert body_of(text, flowed) == [
        ("paragraph", "In 2025 there were 986 referrals. In 2024 884."),
        ("furniture", "The office"),
        ("heading", "Earlier messages"),
        ("paragraph", "How many?"),
    ]
    assert body_of("ref \nerrals\n", f"{flowed}; delsp=yes") == [("paragraph", "referrals")]


@pytest.mark.parametrize(
    ("content_type", "encoding", "raw"),
    [
        ("text/plain; charset=iso-8859-1", "8bit", "It’s £12 – no more".encode("cp1252")),
        ("text/plain; charset=no-such-thing", "8bit", "It’s £12 – no more".encode()),
        ("text/plain; charset=utf-8", "8bit", "It’s £12 – no more".encode("cp1252")),
        ("text/plain", "quoted-printable", b"It=E2=80=99s =C2=A3=\n12 =E2=80=93 no more"),
        ("text/plain; charset=utf-8", "base64", base64.b64encode("It’s £12 – no more".encode()) + b"!"),
        ('text/plain; charset="utf-16le"', "base64", base64.b64encode("It’s £12 – no more".encode("utf-16-le"))),
        ("text/plain; charset", "no-such-thing", "It’s £12 – no more".encode()),
    ],
)
def test_charsets_and_encodings_are_taken_as_they_come(content_type: str, encoding: str, raw: bytes) -> None:
    headers = f"Subject: x\nContent-Type: {content_type}\nContent-Transfer-Encoding: {encoding}\n\n"
    assert texts(read(headers.encode() + raw + b"\n").pages[0], "paragraph") == ["It’s £12 – no more"]


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        (b"=?utf-8?B?UmFwcG9ydCA=?= =?utf-8?Q?f=C3=A9vrier?=", "Rapport février"),
        (b"=?utf-8?B?5Lu25g==?=\n =?utf-8?B?lbA=?=", "件数"),  # a character cut in two
        ("Rapport février".encode(), "Rapport février"),
        ("Rapport février".encode("cp1252"), "Rapport février"),
        (b"=?no-such?Q?caf=C3=A9?= 2025", "café 2025"),
        (b"=?utf-8?B?#?=", "=?utf-8?B?#?="),
        (b"Two\n lines", "Two lines"),
    ],
)
def test_subjects_are_decoded(subject: bytes, title: str) -> None:
    reading = read(b"Subject: " + subject + b"\nContent-Type: text/plain\n\nText.\n")
    assert (reading.title, shown(reading.pages[0])[0]) == (title, ("heading", title))


@pytest.mark.parametrize(
    ("headers", "day"),
    [
        ("Date: Wed, 01 Jan 2025 00:30:00 +1200", date(2025, 1, 1)),
        ("Date: 19 May 26 14:22 GMT", date(2026, 5, 19)),
        ("Date: 2026-05-19", date(2026, 5, 19)),
        ("Date: sometime\nReceived: from a by b; Tue, 19 May 2026 14:22:00 +0000", date(2026, 5, 19)),
    ],
)
def test_a_message_is_dated_by_its_headers_in_its_own_zone(headers: str, day: date) -> None:
    assert read(f"Subject: x\n{headers}\n\nText.\n").published == Published(day, "mail header")


def test_broken_headers_cost_nothing_else() -> None:
    content = "Subject: x\nFrom: <<>,;\nTo: =?\nDate: no\nContent-Type: ;;;\nContent-Disposition: ;=\n\nText.\n"
    assert ("paragraph", "Text.") in shown(read(content).pages[0])


# --- HTML -------------------------------------------------------------------------------------------------------------

TABLE = "<table><tr><th>Region<th>2025</tr><tr><td>North<td>836</tr></table>"


def test_plain_text_is_preferred_when_it_has_substance() -> None:
    assert shown(first_page(made("There were 986.", "<p>There <b>were</b> 986.")))[2:] == [
        ("paragraph", "There were 986.")
    ]
    rich = f"<p>{'There were 986 referrals. ' * 9}"
    assert texts(first_page(made("See the HTML.", rich)), "paragraph") == [("There were 986 referrals. " * 9).strip()]


def test_html_is_preferred_where_it_alone_has_a_table_of_figures() -> None:
    plain = "The regions are:\n\nRegion\n2025\n\nNorth\n836\n"
    assert rows(first_page(made(plain, f"<p>The regions are:{TABLE}"))) == [
        [("North", ("Region",)), ("836", ("2025",))]
    ]
    layout = "<table><tr><td>The regions<td>are many</tr></table>"
    assert rows(first_page(made("The regions are many", layout))) == []


@pytest.mark.parametrize(
    "quoted",
    [
        "<div class='gmail_quote'>On 12 May the office wrote:<blockquote><p>How many?</blockquote></div>",
        "<p>On 12 May the office wrote:</p><blockquote type='cite'><p>How many?</blockquote>",
        "<div><b>From:</b> Office<br><b>Sent:</b> 12 May 2026<br><b>Subject:</b> Data</div><p>How many?",
    ],
)
def test_history_in_html_is_set_apart(quoted: str) -> None:
    page = first_page(made(rich=f"<p>There were 986.</p><div class='gmail_signature'>The office</div>{quoted}"))
    blocks = shown(page)[2:]
    assert blocks[0] == ("paragraph", "There were 986.")
    assert ("furniture", "The office") in blocks
    assert blocks[-1] == ("paragraph", "How many?")
    assert blocks[-3][0] == "heading"


# --- attachments ------------------------------------------------------------------------------------------------------


def test_attachments_are_further_pages_named_after_their_files() -> None:
    message = made("The figures are attached.")
    message.add_attachment("Published 2 June 2026\n\nNorth had 836.", filename="figures.txt")
    report = samples.pdf(lambda c: samples.lines(c, ["One came."]), lambda c: samples.lines(c, ["Two went."]))
    message.add_attachment(report, maintype="application", subtype="pdf", filename="report.pdf")
    reading = read(message)
    assert [(page.number, page.label, page.published) for page in reading.pages] == [
        (1, "", None),
        (2, "figures.txt", Published(date(2026, 6, 2), "imprint")),
        (3, "report.pdf, page 1", None),
        (4, "report.pdf, page 2", None),
    ]
    assert texts(reading.pages[3], "paragraph") == ["Two went."]


def test_an_attachment_that_cannot_be_read_is_a_sentence() -> None:
    message = made("Two files.")
    message.add_attachment(b"x", maintype="image", subtype="heic", filename="scan.heic")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="report.pdf")
    assert read(message).notes == (
        "The attachment scan.heic was not read: images of this kind (.heic) are not read: save it as .png.",
        "The attachment report.pdf was not read: the file ends in .pdf but is not a PDF.",
    )


def test_logos_and_signatures_are_passed_over() -> None:
    message = made("There were 986.", "<p>There were 986.<img src='cid:logo'>")
    message.get_payload()[1].add_related(b"x" * 900, "image", "png", cid="<logo>")
    message.add_attachment(b"x", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    reading = read(message)
    assert (len(reading.pages), reading.notes) == (1, ())


def test_an_attachment_without_a_usable_name_gets_one_from_its_type() -> None:
    message = made("A note.")
    message.add_attachment(b"<p>North had 836.", maintype="text", subtype="html", filename="../notes/n\u0000ote")
    message.add_attachment(b"South had 512.", maintype="text", subtype="plain")
    reading = read(message)
    assert [page.label for page in reading.pages] == ["", "note.html", "attachment.txt"]


def test_a_message_inside_a_message_is_a_page_of_its_own_date() -> None:
    inner = made("There were 884.", subject="Last year's answer")
    del inner["Date"]
    inner["Date"] = "Mon, 12 May 2025 09:00:00 +0100"
    message = made("See below.")
    message.add_attachment(inner)
    page = read(message).pages[1]
    assert (page.label, page.published) == ("Last year's answer", Published(date(2025, 5, 12), "mail header"))
    assert shown(page)[0] == ("heading", "Last year's answer")


def test_messages_inside_messages_are_read_to_a_depth() -> None:
    message = made("The innermost.")
    for _ in range(4):
        outer = made("One further out.")
        outer.add_attachment(message)
        message = outer
    reading = read(message)
    assert len(reading.pages) == 3
    assert reading.notes == ("A message inside 3 others was not read: it is too deep.",)


def test_pages_are_limited_over_all_attachments() -> None:
    message = made("Three notes.")
    for name in ("a.txt", "b.txt"):
        message.add_attachment("North had 836.", filename=name)
    reading = read(message, Limits(pages=2))
    assert [page.label for page in reading.pages] == ["", "a.txt"]
    assert reading.notes == ("The attachment b.txt was not read: there are 2 pages before it (setting reader_pages).",)


# --- signed and encrypted ---------------------------------------------------------------------------------------------


def der(tag: int, *held: bytes) -> bytes:
    """One value in DER."""
    inside = b"".join(held)
    size = len(inside).to_bytes(2)
    return bytes([tag, 0x82]) + size + inside


def ber(tag: int, *held: bytes) -> bytes:
    """One value in BER, its length left open."""
    return bytes([tag | 0x20, 0x80]) + b"".join(held) + b"\0\0"


@pytest.mark.parametrize("wrap", [der, ber])
def test_what_a_signed_message_says_is_read(wrap: Callable[..., bytes]) -> None:
    data, signed = (b"\x06\x09" + bytes.fromhex(f"2a864886f70d0107{n}") for n in ("01", "02"))
    inner = b"Content-Type: text/plain\n\nThere were 986.\n"
    held = wrap(0xA0, wrap(0x24, der(0x04, inner[:20]), der(0x04, inner[20:])))
    content = wrap(
        0x30, signed, wrap(0xA0, wrap(0x30, b"\x02\x01\x01", wrap(0x31), wrap(0x30, data, held), wrap(0x31)))
    )
    headers = f"{HEADERS}Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
    message = f"{headers}Content-Transfer-Encoding: base64\n\n{base64.encodebytes(content).decode()}"
    assert shown(read(message).pages[0])[2:] == [("paragraph", "There were 986.")]


@pytest.mark.parametrize(
    "body",
    [
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-Transfer-Encoding: base64\n\nMIIB\n",
        "Content-Type: multipart/encrypted; boundary=x\n\n--x\nContent-Type: text/plain\n\nVersion: 1\n--x--\n",
        "\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n",
    ],
)
def test_an_encrypted_message_is_said_to_be_encrypted(body: str) -> None:
    with pytest.raises(UnreadableReport, match=r"^a\.eml: The message is encrypted and was not read\.$"):
        read(f"{HEADERS}{body}")


def test_a_text_signed_in_the_open_is_read_without_its_signature() -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThere were 986.\n-----BEGIN PGP SIGNATURE-----\n\niQE\n"
    assert body_of(text) == [("paragraph", "There were 986.")]


@pytest.mark.parametrize("content", [b"no headers here", HEADERS.encode(), b"\x00\x01\x02"])
def test_what_is_no_message_or_says_nothing_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableReport, match=r"^a\.eml: (?:not a mail message|the message holds no text)"):
        read(content)


# --- mailboxes --------------------------------------------------------------------------------------------------------


def mailbox(*messages: str, limits: Limits | None = None) -> Reading:
    content = "".join(f"From office@tarnside.example Tue May 19 14:22:00 2026\n{message}\n" for message in messages)
    reading = read_mailbox(content.encode(), "office-mail_2026.mbox", limits or Limits())
    assert all(map(spans_hold, reading.pages))
    return reading


def letter(day: int, text: str, *headers: str) -> str:
    more = "".join(f"{line}\n" for line in headers)
    return f"Subject: Answer {day}\nDate: {day} May 2026 14:22:00 +0100\n{more}\n{text}\n"


def test_each_message_of_a_mailbox_is_a_page_with_its_own_date() -> None:
    reading = mailbox(letter(19, "There were 986."), letter(12, "There were 884."))
    assert [(page.number, page.label, page.published) for page in reading.pages] == [
        (1, "Answer 19", SENT),
        (2, "Answer 12", Published(date(2026, 5, 12), "mail header")),
    ]
    assert texts(reading.pages[1], "paragraph") == ["There were 884."]
    assert (reading.kind, reading.title, reading.published) == ("Mailbox", "Office mail 2026", SENT)


def test_only_lines_that_begin_a_message_part_a_mailbox() -> None:
    text = "From here on 986 came.\n\nFrom 9:30 to 12:00 we are open.\n\n>From the north came 836."
    (page,) = mailbox(letter(19, text)).pages
    assert texts(page, "paragraph") == [
        "From here on 986 came.",
        "From 9:30 to 12:00 we are open.",
        "From the north came 836.",
    ]


def test_attachments_follow_their_message_and_have_its_date() -> None:
    message = made("See the note.")
    message.add_attachment("North had 836.", filename="note.txt")
    reading = mailbox(message.as_string(), letter(12, "There were 884."))
    assert [(page.label, page.published and page.published.day.day) for page in reading.pages] == [
        ("Referrals from schools", 19),
        ("note.txt", 19),
        ("Answer 12", 12),
    ]


def test_deleted_and_repeated_messages_are_left_out() -> None:
    again = letter(12, "There were 884.", "Message-ID: <1@tarnside.example>")
    assert len(mailbox(again, again, letter(19, "Gone.", "X-Mozilla-Status: 0009")).pages) == 1


def test_a_huge_mailbox_is_read_up_to_the_limit() -> None:
    reading = mailbox(*(letter(day, "There were 986.") for day in range(1, 9)), limits=Limits(pages=3))
    assert len(reading.pages) == 3
    assert reading.notes == ("Only the first 3 messages were read: they make 3 pages (setting reader_pages).",)


def test_a_file_without_messages_is_no_mailbox() -> None:
    with pytest.raises(UnreadableReport, match=r"^a\.mbox: not a mailbox: no message begins in it$"):
        read_mailbox(b"From here on.\n", "a.mbox", Limits())
