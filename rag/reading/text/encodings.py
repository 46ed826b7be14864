"""Which encoding a text without a mark is in, told by the letters it would hold. Knows nothing of files."""

from __future__ import annotations

import codecs
import unicodedata

from charset_normalizer import from_bytes

_SAMPLE = 100_000
# The letters beyond a to z of the languages written in each encoding. The same bytes are other letters, or no letters
# at all, in another encoding: the one whose language has all of them is right.
_WESTERN = (
    "àâæçéèêëîïôœùûüÿ", "äöüß", "áéíóúüñ", "ãõáâàçéêíóôúü", "åäöæøé", "àèéìíòóù", "ëïéèüö", "âêîôûáéíóúïëöŵŷ",
    "áéíóúýþæöð", "äöõüšž", "çë", "àçèéíïòóúü",
)  # fmt: skip
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")
_LETTERS: dict[str, tuple[str, ...]] = {
    "cp1252": _WESTERN,
    "iso8859_15": _WESTERN,
    "mac_roman": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": ("çğıöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž"),
}
_ANYWHERE = frozenset("’‘“”„‚«»‹›–—…£€°§•·×½¼¾²³©®™†‡‰ºª¿¡±\u00a0\u00ad")  # with or without a letter beside them
_BETWEEN = frozenset("’‘–—\u00ad\u00a0·…")  # these only inside a word


def utf16_without_mark(content: bytes) -> str | None:
    """ "utf-16-le" or "utf-16-be" for bytes with zeros in them that are text in it; else None.

    Spaces, digits and line ends are a byte and a zero in every language: the order that makes text of them is right.
    """
    sample = content[: min(20_000, len(content) // 2 * 2)]
    if sample.count(0) < len(sample) / 5 and _is_utf8_text(content[:20_000]):
        return None  # a text with stray zeros
    orders = {order: sample.decode(order, errors="replace") for order in ("utf-16-le", "utf-16-be")}
    wrong = {order: sum(map(_is_no_text, text)) - sum(map(_is_plain, text)) / 10 for order, text in orders.items()}
    best = min(wrong, key=lambda order: wrong[order])
    return best if sum(map(_is_no_text, orders[best])) <= 0.02 * len(orders[best]) else None


def _is_utf8_text(content: bytes) -> bool:
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(content)  # may be cut inside a character
    return "\ufffd" not in text and sum(map(_is_no_text, text)) - text.count("\0") <= 0.02 * len(text)


def _is_plain(char: str) -> bool:
    return char in "\t\r\n" or " " <= char < "\x7f"


def _is_no_text(char: str) -> bool:
    return char == "\ufffd" or (unicodedata.category(char) in _NO_TEXT and not char.isspace())


_NO_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})


def mostly_utf8(content: bytes) -> bool:
    """Whether bytes that are not wholly UTF-8 are UTF-8 with a few broken: cut off, or pasted from elsewhere."""
    text = content[:_SAMPLE].decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(char > "\x7f" for char in text) - broken
    return whole > broken  # in any other encoding hardly a character would be whole


def older_encoding(content: bytes) -> str:
    """The likeliest encoding of a text that is neither UTF-8 nor UTF-16; Windows-1252 where nothing tells."""
    sample = content[:_SAMPLE]
    if sum(byte > 127 for byte in sample) < len(sample) * 0.2:  # a Latin script with some letters of its own
        fits = {encoding: _fit(sample, encoding) for encoding in _LETTERS}
        best = max(fits, key=lambda encoding: fits[encoding])  # the first of those that fit alike
        if fits[best] > 0.8:
            return best
    found = from_bytes(sample).best()
    return found.encoding if found else "cp1252"


def _fit(sample: bytes, encoding: str) -> float:
    """How much of what is not ASCII belongs to the language of this encoding that fits best, from 0 to 1."""
    text = sample.decode(encoding, errors="replace")
    counts: dict[str, int] = {}
    good = bad = 0
    for i, char in enumerate(text):
        if char <= "\x7f":
            continue
        before, after = text[i - 1 : i], text[i + 1 : i + 2]
        if char.isalpha() and char not in "ªº":
            if char.isupper() and before.islower():
                bad += 1
            else:
                counts[char.lower()] = counts.get(char.lower(), 0) + 1
        elif char in _ANYWHERE and (char in _BETWEEN or not (before.isalpha() and after.isalpha())):
            good += 1
        else:
            bad += 1
    letters = sum(counts.values())
    own = max(sum(counts.get(letter, 0) for letter in alphabet) for alphabet in _LETTERS[encoding])
    anyone = sum(counts.get(letter, 0) for letter in set("".join(_LETTERS[encoding])))
    return (good + max(own, 0.95 * anyone)) / max(1, good + bad + letters)  # names come from many languages
