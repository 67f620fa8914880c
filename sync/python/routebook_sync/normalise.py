"""Text normaliser for search and sorting (SPEC R70-R74): one folding for every script, the same in both languages.

Latin loses its accents, Cyrillic ё and й their marks, Arabic letters become the Persian ones, every digit an ASCII
one; case, joiners, tatweel and vowel signs go; anything else that is no letter or digit becomes one space.
"""

import re
import unicodedata
from typing import Final

_LETTERS: Final = str.maketrans(
    {
        "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d", "ı": "i", "ħ": "h",
        "ς": "σ",
        "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه",
        "ؤ": "و", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
        "ـ": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u200e": "", "\u200f": "",
        "'": "", "’": "", "ʼ": "", "ء": "",
        **{chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0, 0x0966) for digit in range(10)},
    }
)  # fmt: skip
_MARKS: Final = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u06d6-\u06ed]")
_OTHERS: Final = re.compile(
    "[^0-9a-z\u00df-\u024f\u0370-\u03ff\u0400-\u052f\u0590-\u05ff\u0620-\u0669\u066e-\u06d3\u06d5-\u06ff\u0900-\u0dff\u0e00-\u0eff"
    "\u10a0-\u11ff\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003134f]+"
)
_ASCII_OTHERS: Final = re.compile("[^0-9a-z]+")
_NOT_PHONE: Final = re.compile(r"[^0-9]+")
_SORT_LETTERS: Final = str.maketrans(
    {
        "پ": "ب\uffff", "چ": "ج\uffff", "ژ": "ز\uffff", "ک": "ق\uffff", "گ": "ق\uffff\uffff",
        "و": "ن\uffff", "ه": "ه\uffff", "ی": "ه\uffff\uffff",
    }
)  # fmt: skip


def normalise(text: str) -> str:
    """Return ``text`` folded for searching: words of letters and digits with one space between (SPEC R70)."""
    if text.isascii():
        return _ASCII_OTHERS.sub(" ", text.replace("'", "").lower()).strip()
    folded = unicodedata.normalize("NFKD", text).lower()
    folded = _MARKS.sub("", folded)
    folded = unicodedata.normalize("NFKC", folded.translate(_LETTERS))
    return _OTHERS.sub(" ", folded).strip()


def normalise_phone(text: str) -> str:
    """Return the ASCII digits of a phone number, in order, without its leading zeros (SPEC R72)."""
    return _NOT_PHONE.sub("", unicodedata.normalize("NFKC", text).translate(_LETTERS)).lstrip("0")


def sort_key(text: str) -> str:
    """Return a key that sorts names by alphabet under plain code point order (SPEC R74).

    Persian letters that Unicode put after the Arabic block take their place in the Persian alphabet; the folded text
    comes first, the written one breaks ties, so that "Łódź" stands beside "Lodz" and always in the same place.
    """
    return f"{normalise(text).translate(_SORT_LETTERS)}\x01{text}"
