"""Papers that exist only as pictures: drawn as text on a page, laid on the glass a little askew, and scanned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import reportlab
from figures import SOURCES
from office import ORGANISATION
from PIL import Image, ImageDraw, ImageFont
from prose import Block, Bullets, Heading, Para, parse

DOTS = 200  # an inch
A4, A5 = (8.27, 11.69), (5.83, 8.27)  # inches
MARGIN = 0.11  # of the width
FONTS = Path(reportlab.__file__).parent / "fonts"  # Bitstream Vera, the same on every machine
LARGER = {1: 1.7, 2: 1.15}  # headings than the text
PAPER, INK = 244, 30


def write_scans(folder: Path) -> None:
    """Build the leaflet as a PNG in eight shades of grey, and the letter as a PDF in black and white."""
    folder.mkdir(parents=True, exist_ok=True)
    leaflet = sheet(blocks("leaflet-2018"), A5, 11, askew=0.4).quantize(8)
    leaflet.save(folder / "leaflet-2018.png", optimize=True, dpi=(DOTS, DOTS))
    letter = (
        sheet(blocks("lease-letter-2017"), A4, 11, askew=-0.3).point(lambda shade: 255 * (shade > 150)).convert("1")
    )
    moment = date(2019, 2, 11).timetuple()
    letter.save(
        folder / "lease-letter-2017.pdf",
        resolution=DOTS,
        title="Scan",
        author=ORGANISATION,
        creationDate=moment,
        modDate=moment,
    )


def blocks(name: str) -> list[Block]:
    return parse((SOURCES / "scans" / f"{name}.md").read_text(encoding="utf-8"), {})


def font(points: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    # The basic layout: the other one is another library, which not every machine has.
    name = "VeraBd.ttf" if bold else "Vera.ttf"
    return ImageFont.truetype(str(FONTS / name), round(points * DOTS / 72), layout_engine=ImageFont.Layout.BASIC)


def sheet(blocks: Iterable[Block], paper: tuple[float, float], points: float, askew: float) -> Image.Image:
    """A page with these blocks, turned by so many degrees, in shades of grey."""
    width, height = (round(inches * DOTS) for inches in paper)
    margin = MARGIN * width
    page = Image.new("L", (width, height), PAPER)
    draw = ImageDraw.Draw(page)
    y = margin
    for block in blocks:
        face, texts, mark = font(points), [], ""
        match block:
            case Heading(level, text):
                face, texts = font(points * LARGER[level], bold=True), [text]
                y += face.size * 0.4
            case Bullets(items):
                texts, mark = items, "–  "  # a dot is read as a ¢
            case Para(text):
                texts = [text]
            case _:
                raise ValueError(block)
        left = margin + face.getlength(mark)
        for text in texts:
            draw.text((margin, y), mark, INK, face)
            for line in broken(text, face, width - margin - left):
                draw.text((left, y), line, INK, face)
                y += face.size * 1.45
            y += face.size * 0.35
        y += face.size * 0.4
    assert y < height - margin / 2, "the text runs off the page"
    return page.rotate(askew, Image.Resampling.BICUBIC, fillcolor=PAPER)


def broken(text: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The text in lines no wider than this."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if face.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
