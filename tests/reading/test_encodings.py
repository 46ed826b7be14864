from __future__ import annotations

import os

import pytest

from rag.reading.text.encodings import mostly_utf8, older_encoding, utf16_without_mark

ENGLISH = "The board’s report said “more than £12,000” – about €14,000 – was the café’s."
FRENCH = "Le nombre de demandes a augmenté l’année dernière à 4 212, là où l’aide est la plus nécessaire. Ça suffit."
PORTUGUESE = "O número de pedidos subiu; a habitação é a mais necessária, e ainda não há correções."
POLISH = "Liczba zgłoszeń wzrosła do 4212. Średni czas wyniósł osiemnaście dni; więcej nie będzie: źródła są te same."
CZECH = "Počet žádostí v loňském roce vzrostl na 4212. Průměrná čekací doba činila osmnáct dnů, údaje jsou předběžné."
TURKISH = "Geçen yıl başvuru sayısı yüzde dört artarak 4212'ye çıktı; değişiklik beklenmiyor, gelişme için çalışılıyor."
LITHUANIAN = "Praėjusiais metais kreipimųsi skaičius išaugo iki 4212; daugiausia jų gauta iš šiaurės."
RUSSIAN = "Число обращений в прошлом году выросло до 4212, то есть на четыре процента. Больше всего поступило с севера."
GREEK = "Ο αριθμός των παραπομπών αυξήθηκε πέρυσι σε 4212, δηλαδή κατά τέσσερα τοις εκατό."
ARABIC = "ارتفع عدد الإحالات في العام الماضي إلى 4212، أي بنسبة أربعة في المئة. وجاء معظمها من الشمال."
JAPANESE = "昨年の相談件数は四千二百十二件に増え、前の年より四パーセント多くなりました。最も多かったのは北部です。"
CHINESE = "去年的转介数量上升到4212件,比前一年增加了百分之四。其中最多来自北部,那里最需要住房方面的帮助。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "cp1252"), (ENGLISH, "mac_roman"), (FRENCH, "cp1252"), (FRENCH, "mac_roman"), (PORTUGUESE, "cp1252"),
        ("Total €14,000 and £3", "iso8859_15"), (POLISH, "cp1250"), (POLISH, "iso8859_2"), (CZECH, "cp1250"),
        (CZECH, "iso8859_2"), (TURKISH, "cp1254"), (LITHUANIAN, "cp1257"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r"),
        (GREEK, "cp1253"), (ARABIC, "cp1256"), (JAPANESE, "shift_jis"), (CHINESE, "gb18030"),
    ],
)  # fmt: skip
def test_an_older_encoding_is_told_by_the_letters_it_gives(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    assert content.decode(older_encoding(content)) == text


def test_a_few_foreign_names_do_not_make_a_foreign_text() -> None:
    text = "José Müller and Søren Ångström met the board; £12 was spent on the façade."
    assert older_encoding(text.encode("cp1252")) == "cp1252"


@pytest.mark.parametrize("text", [ENGLISH, POLISH, RUSSIAN, ARABIC, JAPANESE + "2024 年", CHINESE])
@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_the_order_of_unmarked_utf_16_is_told(text: str, order: str) -> None:
    assert utf16_without_mark(text.encode(order)) == order


@pytest.mark.parametrize("content", [b"more came\0 than went " * 40, b"\1\0\2\0\xff\xff" * 400, os.urandom(3000)])
def test_other_bytes_with_zeros_are_not_utf_16(content: bytes) -> None:
    assert utf16_without_mark(content) is None


def test_utf_8_with_a_broken_character_is_utf_8() -> None:
    assert mostly_utf8(ENGLISH.encode()[:-1] + b"\xe2")
    assert not mostly_utf8(FRENCH.encode("cp1252"))
