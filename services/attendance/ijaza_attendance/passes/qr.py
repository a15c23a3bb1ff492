"""Passes as QR codes that a phone reads at arm's length."""

import io

import segno

ERROR = "m"
"""15 % of the code may be dirty or torn."""
MASK = 2
"""One of the eight patterns, for every pass: to try all of them takes four times as long. They are
there against large areas of one colour, of which a signed token has none.
"""
BORDER = 4
"""Modules of white around it: what readers expect (ISO/IEC 18004)."""


def png(token: str, scale: int = 8) -> bytes:
    """The code as PNG, `scale` pixels a module."""
    image = io.BytesIO()
    _code(token).save(image, kind="png", scale=scale, border=BORDER)
    return image.getvalue()


def svg(token: str, border: int = BORDER) -> str:
    """The code as SVG; it takes the size that it is given."""
    image = io.BytesIO()
    _code(token).save(
        image, kind="svg", border=border, xmldecl=False, svgns=True, nl=False, omitsize=True
    )
    return image.getvalue().decode()


def version(token: str) -> int:
    """The size of the code: 1 to 40; up to 12 a phone reads it at arm's length."""
    return int(_code(token).version)


def _code(token: str) -> segno.QRCode:
    return segno.make_qr(token, error=ERROR, mode="byte", mask=MASK, boost_error=False)
