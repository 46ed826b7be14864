"""Text and diagrams (SmartArt) as Word and PowerPoint draw them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.reading.compose import fold, superscript
from rag.reading.office import package as office

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
DIAGRAM = f"{_DGM}relIds"  # the element that refers to a diagram's parts


def diagram_texts(content: bytes) -> Iterator[str]:
    """The texts of SmartArt, from its data: each point after the one it hangs from."""
    root = office.xml(content)
    texts = {point.get("modelId"): point for point in root.iter(f"{_DGM}pt")}
    below: dict[str, list[tuple[int, str]]] = {}
    for link in root.iter(f"{_DGM}cxn"):
        if link.get("type", "parOf") == "parOf" and link.get("destId") in texts:
            place = (office.number(link.get("srcOrd")), link.get("destId"))
            below.setdefault(link.get("srcId", ""), []).append(place)
    stack = [key for key, point in texts.items() if point.get("type") == "doc"]
    seen: set[str] = set()
    while stack:
        key = stack.pop()
        if key in seen:
            continue
        seen.add(key)
        if text := fold(" ".join(map(text_of, texts[key].iter(f"{_A}p")))):
            yield text
        stack += [child for _, child in sorted(below.get(key, ()), reverse=True)]


def text_of(paragraph: Any) -> str:
    """A paragraph's text on one line, raised digits as superscripts; the slide's own number left out."""
    parts = []
    for child in paragraph:
        if child.tag == f"{_A}br":
            parts.append(" ")
        elif child.tag == f"{_A}r" or (child.tag == f"{_A}fld" and child.get("type") != "slidenum"):
            words = child.findtext(f"{_A}t") or ""
            properties = child.find(f"{_A}rPr")
            raised = properties is not None and _is_positive(properties.get("baseline", "0"))
            parts.append(superscript(words) if raised else words)
    return fold("".join(parts).replace("\u00ad", "").replace("\v", " "))


def _is_positive(number: str) -> bool:
    return number.rstrip("%").replace(".", "").isdigit() and float(number.rstrip("%")) > 0
