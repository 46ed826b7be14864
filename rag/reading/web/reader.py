"""Web pages and articles: the main content without the site around it, tables with every cell's headers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from lxml import etree, html

from rag.errors import UnreadableReport
from rag.reading import dates, tables
from rag.reading.compose import PageText, fold, superscript
from rag.reading.limits import Limits
from rag.reading.office.flow import is_unit
from rag.reading.text.plain import decode
from rag.reading.web import tables as web_tables
from rag.types import BlockKind, Published, Reading

_DROPPED = (
    "script|style|noscript|template|nav|aside|dialog|iframe|svg|canvas|button|input|select|textarea|object|video|audio"
)
_UNSEEN = frozenset({"script", "style", "noscript", "template", "iframe", "svg", "canvas", "object", "video", "audio"})
_ROLES = {"navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "complementary", "menu", "menubar"}
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|breadcrumbs?|share|sharing|social|related|sidebar|advert\w*|ads?|promo|skip|"
    r"newsletter|subscribe|popup|modal|pagination|pager|comments?|menu|navbar|masthead|site-(?:header|footer))(?:$|[\s_-])",
    re.IGNORECASE,
)
_COOKIES = re.compile(r"cookie|consent|gdpr", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOT_IN_TREES = re.compile(  # lxml reads these characters, written so or so, and then cannot move text that has them
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|"
    rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[fF]{3}[eEfF]));"
)
_KEEP = ".//h1|.//table|.//main|.//article"
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_INLINE = frozenset(
    re.findall(
        r"\S+",
        """a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark q ruby s samp small
        span strike strong sub sup time tt u var wbr""",
    )
)
_LINES_ABOVE = 3  # of a table, that may say what it is
_VALUE_LENGTH = 80  # a longer text in a list of definitions is a definition
_MARK = re.compile(r"\s*[\[(]?(?P<letter>[a-z])[\])]?\s*|\s*\[(?P<number>\d{1,3})\]\s*")
_RAISED = str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")


def read_web(content: bytes, name: str, limits: Limits | None = None) -> Reading:
    """One page composed of the main content's blocks; title and dates from the metadata first."""
    tree = parse(content, name)
    meta = _metadata(tree)
    own = _published(tree, meta)
    _drop_boilerplate(tree)
    page = PageText()
    _Writer(page).write(_main_part(tree))
    if not page.blocks:
        raise UnreadableReport(f"{name}: no text on the page")
    finished = page.page()
    title = _title(tree, meta) or dates.first_heading((finished,)) or dates.title_of_file(name)
    return Reading(
        "Web article",
        title,
        (finished,),
        dates.first_date(
            own, dates.in_imprint((finished,)), dates.in_title(title, name), _guessed(content), dates.in_file_name(name)
        ),
        dates.covers(title, dates.title_of_file(name)),
    )


def write_fragment(page: PageText, content: bytes | str, name: str) -> None:
    """Write all that a piece of HTML shows that has no site around it: a chapter, a message, an article's body.

    Raises `UnreadableReport` if it is not HTML at all; writes nothing if it shows no text.
    """
    tree = parse(content, name)
    for element in list(tree.iter(etree.Element)):
        if element.getparent() is not None and _is_unseen(element):
            element.drop_tree()
    body = tree.find(".//body")
    _Writer(page).write(tree if body is None else body)


def parse(content: bytes | str, name: str) -> Any:
    """The element tree. The page's own word on its encoding is heard only where it is not plainly UTF-8."""
    content = content.encode(errors="replace") if isinstance(content, str) else content
    try:
        content.decode("utf-8")
        encoding: str | None = "utf-8"
    except UnicodeDecodeError:
        encoding = None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or (
        encoding is None and not re.search(rb"charset\s*=", content[:4096], re.IGNORECASE)
    ):
        content, encoding = decode(content, name).encode(), "utf-8"
    content = _NOT_IN_TREES.sub(b" ", content)
    parser = html.HTMLParser(encoding=encoding, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = html.document_fromstring(content, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableReport(f"{name}: not a web page ({error})") from error
    return tree


# --- metadata ---------------------------------------------------------------------------------------------------------


def _metadata(tree: Any) -> dict[str, str]:
    """The page's meta tags by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for tag in tree.iter("meta"):
        key = tag.get("property") or tag.get("name") or tag.get("itemprop") or tag.get("http-equiv")
        if key and tag.get("content"):
            found.setdefault(key.lower(), fold(tag.get("content")))
    return found


def _title(tree: Any, meta: dict[str, str]) -> str:
    if meta.get("og:title"):
        return meta["og:title"]
    headings = [fold(heading.text_content()) for heading in tree.iter("h1")]
    if len([heading for heading in headings if heading]) == 1:
        return next(heading for heading in headings if heading)
    title = tree.find(".//title")
    return fold(title.text_content()) if title is not None else ""


_DATE_NAMES = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.issued",
    "dcterms.created", "pubdate", "publishdate", "publish-date", "published", "citation_publication_date",
)  # fmt: skip


def _published(tree: Any, meta: dict[str, str]) -> Published | None:
    """The date the page states in its metadata, in a script of linked data, or in a time element."""
    stated = [meta.get("article:published_time"), _linked_data_date(tree), *map(meta.get, _DATE_NAMES)]
    times = [time for time in tree.iter("time") if time.get("datetime")]
    times.sort(
        key=lambda time: not (time.get("pubdate") is not None or "publi" in (time.get("itemprop") or "").lower())
    )
    stated += [time.get("datetime") for time in times[:1]]
    return dates.first_date(*(dates.published(words, "HTML metadata") for words in stated if words))


def _linked_data_date(tree: Any) -> str | None:
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json":
            try:
                loaded = json.loads(script.text_content())
            except (ValueError, RecursionError):
                continue
            if found := next(_values(loaded, "datePublished"), None):
                return str(found)
    return None


def _values(node: Any, key: str) -> Iterator[Any]:
    if isinstance(node, dict):
        if key in node:
            yield node[key]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from _values(inner, key)


def _guessed(content: bytes) -> Published | None:
    """What htmldate makes of the page, for pages that state no date where it is usually stated."""
    from htmldate import find_date

    if len(content) > 5_000_000:
        return None
    try:
        found = find_date(content.decode("utf-8", errors="replace"), original_date=True, extensive_search=False)
    except (ValueError, TypeError, AttributeError, etree.LxmlError):
        return None
    return Published(date.fromisoformat(found), "HTML metadata") if found else None


# --- the main content -------------------------------------------------------------------------------------------------


def _drop_boilerplate(tree: Any) -> None:
    """Remove what belongs to the site and not to the article, and what no reader sees."""
    for element in list(tree.iter(etree.Element)):
        if element.getparent() is None or element.tag in {"html", "body", "main", "article", "head"}:
            continue
        if _is_boilerplate(element):
            element.drop_tree()


def _is_boilerplate(element: Any) -> bool:
    tag = element.tag
    if _is_unseen(element) or re.fullmatch(_DROPPED, tag) or element.get("aria-hidden") == "true":
        return True
    if (element.get("role") or "").lower() in _ROLES:
        return True
    if tag in {"header", "footer"}:
        return not any(ancestor.tag in {"article", "main"} for ancestor in element.iterancestors())
    if tag == "form":  # some sites wrap the whole page in one
        return not element.xpath(_KEEP) and len(element.xpath(".//p")) < 3
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if tag in {"div", "section", "ul", "ol", "p", "header", "footer"} and _FURNITURE.search(names):
        return not element.xpath(_KEEP) or bool(_COOKIES.search(names) and not element.xpath(".//main|.//article"))
    return False


def _is_unseen(element: Any) -> bool:
    """Whether no reader sees the element, or no text of it."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _UNSEEN or element.get("hidden") is not None:
        return True
    return bool(_HIDDEN.search(element.get("style") or ""))


def _main_part(tree: Any) -> Any:
    """The element that holds the content: an article or main that is most of the text, else the densest part."""
    body = tree.find(".//body")
    body = tree if body is None else body
    whole = _words(body)
    for path in (".//main|.//*[@role='main']", ".//article"):
        found = body.xpath(path)
        if found:
            largest = max(found, key=_words)
            if _words(largest) >= 0.5 * whole or (len(found) == 1 and _words(largest) > 400):
                return largest
    return _densest(body)


def _densest(element: Any) -> Any:
    """Go down while one child holds nearly all of the text; headings stand in for much text, so that none is lost."""
    while True:
        inside = [child for child in element if child.tag in {"div", "section", "center", "td", "tbody", "tr", "table"}]
        largest = max(inside, key=_words, default=None)
        if largest is None or largest.tag == "table" or _words(largest) < 0.9 * _words(element):
            return element
        if any(child.tag in _HEADINGS for child in element):
            return element
        element = largest


def _words(element: Any) -> int:
    """How much text is here, text in links not counted."""
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return max(0, len(element.text_content()) - linked)


# --- writing the page -------------------------------------------------------------------------------------------------


class _Writer:
    """Writes an element's blocks to a page, in document order."""

    def __init__(self, page: PageText) -> None:
        self.page = page
        self._bold: set[int] = set()  # where blocks start that are bold from end to end

    def write(self, element: Any, kind: BlockKind = "paragraph") -> None:
        """Write an element's children: runs of inline text become blocks of this kind."""
        run = [element.text or ""]
        if (
            len(element) == 1
            and element[0].tag in {"b", "strong"}
            and not (run[0].strip() or (element[0].tail or "").strip())
        ):
            self._bold.add(self.page.length + 2)  # behind an empty line
        for child in element:
            if child.tag in _INLINE and not child.xpath(".//p|.//table|.//ul|.//ol|.//div|.//h1|.//h2|.//h3"):
                run.append(inline_text(child))
            else:
                self._flush(run, kind)
                self._element(child, kind)
            run.append(child.tail or "")
        self._flush(run, kind)

    def _flush(self, run: list[str], kind: BlockKind) -> None:
        self.page.add(kind, fold("".join(run)))
        run.clear()

    def _element(self, element: Any, kind: BlockKind) -> None:
        tag = element.tag
        if tag in _HEADINGS:
            self.page.add("heading", fold(inline_text(element)), level=_HEADINGS[tag])
        elif tag in {"li", "dt", "dd"}:
            self.write(element, "list_item")
        elif tag == "figcaption":
            self.write(element, "caption")
        elif tag == "table":
            self._table(element)
        elif tag == "dl":
            self._definitions(element)
        elif tag not in {"hr", "head", "title", "colgroup"}:
            self.write(element, kind)

    def _definitions(self, element: Any) -> None:
        """A list of short values with the words that name them is a table of two columns; others are items."""
        pairs = _pairs(element)
        if not pairs:
            self.write(element, "list_item")
            return
        caption = self._caption_above()
        for label, value in pairs:
            self.page.add_row([(label, ()), (value, ())], caption)

    def _table(self, table: Any) -> None:
        rows = web_tables.own_rows(table)
        lays_out = (table.get("role") or "") in {"presentation", "none"} or table.xpath(".//table")
        if lays_out or all(len(web_tables.cells(row)) < 2 for row in rows):
            self.write(table)
            return
        web_tables.write_table(self.page, rows, self._caption(table), inline_text)

    def _caption(self, table: Any) -> str:
        """The table's caption, its figure's, or what stands just above; with the unit line above or below it. Its own
        caption is written."""
        own = table.find("caption")
        figure = next(table.iterancestors("figure"), None)
        if own is None and figure is not None:
            own = figure.find(".//figcaption")
        words = fold(inline_text(own)) if own is not None else ""
        above = self._caption_above(units_alone=bool(words))
        if own is not None and own.tag == "caption":
            self.page.add("caption", words)
        return ", ".join(dict.fromkeys(text for text in (words or above, words and above, _unit_below(table)) if text))

    def _caption_above(self, units_alone: bool = False) -> str:
        """What the blocks just above a table call it: a heading, a caption, a line in bold, one that leads in; and the
        line that gives its unit."""
        parts: list[str] = []
        for block in reversed(self.page.blocks[-_LINES_ABOVE:]):
            words = self.page.words(block)
            if block.kind in {"paragraph", "caption"} and is_unit(words):
                parts.insert(0, words)
                continue
            leads_in = words.endswith(":") and len(words) < 400
            named = tables.is_caption(words) and len(words) < 300
            title = block.start in self._bold and len(words) < 150 and not words.endswith(".")
            if block.kind == "heading" or (block.kind == "paragraph" and (named or leads_in or title)):
                parts.insert(0, words)
            break
        if units_alone:
            parts = [words for words in parts if is_unit(words)]
        return ", ".join(part.rstrip(",:") for part in parts)


def _unit_below(table: Any) -> str:
    """The line just below a table that gives its unit, if it is not that of a table that follows."""
    line = table.getnext()
    if line is None or line.tag not in {"p", "div", "small"} or len(line) > 3 or (table.tail or "").strip():
        return ""
    words = fold(inline_text(line)).rstrip(".")
    following = line.getnext()
    own = following is None or following.tag != "table"
    return words if own and is_unit(words) and not words.endswith(":") else ""


def _pairs(element: Any) -> list[tuple[str, str]]:
    """The terms and values of a list of definitions, if each has one short value, most of them with a figure."""
    inside = list(element.iter("dt", "dd"))
    if [child.tag for child in inside] != ["dt", "dd"] * (len(inside) // 2) or not inside:
        return []
    texts = [fold(inline_text(child)) for child in inside]
    if any(len(text) > _VALUE_LENGTH or not text for text in texts) or element.xpath(
        ".//dd//dl|.//dd//ul|.//dd//table"
    ):
        return []
    pairs = list(zip(texts[::2], texts[1::2], strict=True))
    return pairs if 2 * sum(any(char.isdigit() for char in value) for _, value in pairs) >= len(pairs) else []


def inline_text(element: Any) -> str:
    """The element's text, a line break as a space, raised digits as superscripts."""
    if element.tag == "br" or element.tag == "wbr":
        return " " if element.tag == "br" else ""
    parts = [element.text or ""]
    for child in element:
        parts += [inline_text(child), child.tail or ""]
    words = "".join(parts)
    if element.tag == "sup":
        # A letter in its own brackets, so that the "a" in 33,000ᵃ does not make a word of it.
        mark = _MARK.fullmatch(words)
        return superscript(f"({mark['letter'] or mark['number']})").translate(_RAISED) if mark else superscript(words)
    return words if element.tag in _INLINE or element.tag in _HEADINGS else f" {words} "
