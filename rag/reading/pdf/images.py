"""Images of text: Tesseract, where it is installed, sees their words, and these are read as a PDF's are."""

from __future__ import annotations

import io
import time

from PIL import Image, ImageOps, UnidentifiedImageError

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.limits import Limits
from rag.reading.pdf.pages import compose
from rag.reading.pdf.sheets import Sheet
from rag.reading.pdf.tesseract import (
    MOST_PIXELS,
    NOT_INSTALLED,
    SHARE_OF_TIME,
    about_pages,
    put_on,
    see_all,
    tesseract,
    too_slow,
)
from rag.types import Reading

_FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")
_LARGEST = 80_000_000  # pixels of a picture that is opened at all
_SMALL, _ENLARGED = 2000, 3000  # pixels of the longer side: a picture of a screen is read better when it is enlarged
_A4 = 842.0  # points
_CREDIBLE = (200.0, 1300.0)  # points: the longer side of a sheet of paper


def read_image(content: bytes, name: str, limits: Limits) -> Reading:
    """A picture of text as a report of one page, or of as many as a TIFF has; `UnreadableReport` if it holds no text or
    Tesseract is not installed."""
    deadline = time.monotonic() + SHARE_OF_TIME * limits.wall_seconds
    image = _open(content, name)
    count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    if count > limits.pages:
        raise UnreadableReport(f"{name}: {count} pages, over the limit of {limits.pages} (setting reader_pages)")
    if not tesseract():
        raise UnreadableReport(f"{name}: {NOT_INSTALLED}")
    sheets: list[Sheet] = []

    def picture(index: int) -> tuple[Image.Image, float]:
        upright, width, height = _frame(image, index, name)
        sheets.append(Sheet(index + 1, width, height))
        return upright, width / upright.width

    seen = see_all(range(count), picture, deadline)
    if not seen:
        raise UnreadableReport(f"{name}: it {too_slow(limits)}")
    for sheet, page in zip(sheets, seen, strict=True):
        put_on(sheet, page)
    if not any(sheet.words for sheet in sheets):
        raise UnreadableReport(f"{name}: no text in the image")
    pages = compose(sheets)
    title = dates.first_heading(pages[:2]) or dates.title_of_file(name)
    return Reading(
        "Scan",
        title,
        pages,
        dates.first_date(dates.in_imprint(pages[:3]), dates.in_title(title, name), dates.in_file_name(name)),
        dates.covers(title, dates.title_of_file(name)),
        (
            *about_pages(
                [i for i, page in enumerate(seen, 1) if page is None], "could not be read", "could not be read"
            ),
            *about_pages(range(len(seen) + 1, count + 1), too_slow(limits), too_slow(limits, 2)),
        ),
    )


def _open(content: bytes, name: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableReport(f"{name}: the image has more than {_LARGEST:,} pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise UnreadableReport(f"{name}: the image is damaged, or of a kind that is not read") from error
    return image


def _frame(image: Image.Image, index: int, name: str) -> tuple[Image.Image, float, float]:
    """One page of an image as it is to be seen, grey on white and of a size that suits Tesseract, with the width and
    height of its sheet in points."""
    try:
        image.seek(index)
        if image.width * image.height > _LARGEST:
            raise UnreadableReport(
                f"{name}: the image has {image.width:,} × {image.height:,} pixels,"
                f" and {_LARGEST:,} are the most that is read"
            )
        picture = _on_white(ImageOps.exif_transpose(image))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnreadableReport(f"{name}: the image is damaged or cut short") from error
    longer = max(picture.size)
    dots = image.info.get("dpi", (0, 0))[0] or 1
    scale = 72 / float(dots) if _CREDIBLE[0] < longer * 72 / float(dots) < _CREDIBLE[1] else _A4 / longer
    width, height = picture.width * scale, picture.height * scale
    share = (
        min(3.0, _ENLARGED / longer)
        if longer < _SMALL
        else min(1.0, (MOST_PIXELS / (picture.width * picture.height)) ** 0.5)
    )
    if share != 1:
        size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return picture, width, height


def _on_white(image: Image.Image) -> Image.Image:
    """Grey, with white where the image is transparent."""
    if image.mode.startswith("I;16"):  # 16 bits a pixel
        return image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image)
        image = paper
    return image.convert("L")
