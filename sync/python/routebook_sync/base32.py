"""Order-preserving text for numbers: base 32 with the digits 0-9 and a-v (SPEC R1).

Fixed width and ASCII order make string comparison equal to number comparison, in SQL too.
"""

DIGITS = "0123456789abcdefghijklmnopqrstuv"
_VALUE_BY_DIGIT = {digit: value for value, digit in enumerate(DIGITS)}


def encode(number: int, width: int) -> str:
    """Return ``number`` as exactly ``width`` digits; ValueError if it is negative or does not fit."""
    if number < 0 or number >> (5 * width):
        raise ValueError(f"{number} does not fit into {width} base-32 digits")
    return "".join([DIGITS[(number >> shift) & 31] for shift in range(5 * (width - 1), -1, -5)])


def decode(text: str) -> int:
    """Return the number that ``text`` writes; ValueError on a foreign digit."""
    number = 0
    for digit in text:
        try:
            number = number << 5 | _VALUE_BY_DIGIT[digit]
        except KeyError:
            raise ValueError(f"{digit!r} is no base-32 digit") from None
    return number
