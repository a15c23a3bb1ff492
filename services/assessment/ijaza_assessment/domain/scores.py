"""Scores as exact decimals in one written form."""

from decimal import Decimal


def plain(score: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent, nothing rounded.

    A score is compared as a number, "parsed, not as text"; stored and published, equal numbers
    have to be equal bytes too.
    """
    if score == 0:
        return Decimal(0)
    text = format(score, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
