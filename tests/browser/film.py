"""A film of badges held to a camera, one after the other, for Chromium's fake video capture."""

from collections.abc import Sequence
from pathlib import Path

import segno

WIDTH, HEIGHT = 800, 600
PER_SECOND = 10

TABLE, CARD, HEAD, INK = 96, 228, 60, 24
"""Shades of grey: what lies behind the badge, its paper, its coloured head, and what is printed."""
COLOURLESS = 128


def film(path: Path, texts: Sequence[str], *, seconds: float = 1.0, gap: float = 0.4) -> None:
    """Write a film (YUV4MPEG2, 4:2:0): each badge for some seconds, then the table alone."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for number, text in enumerate(texts):
            for frame, length in ((_badge(text, number), seconds), (_frame([]), gap)):
                file.write((b"FRAME\n" + frame) * round(length * PER_SECOND))


def _frame(boxes: Sequence[tuple[int, int, int, int, int]]) -> bytes:
    """A picture of boxes: left, top, width, height, shade."""
    rows = [bytearray([TABLE]) * WIDTH for _ in range(HEIGHT)]
    for left, top, width, height, shade in boxes:
        for row in rows[top : top + height]:
            row[left : left + width] = bytes([shade]) * width
    return b"".join(rows) + bytes([COLOURLESS]) * (WIDTH * HEIGHT // 2)


def _badge(text: str, number: int) -> bytes:
    """A badge, each held a little elsewhere: a head, a code with its margin, two lines of names."""
    code = segno.make(text, error="m", mode="byte", micro=False, boost_error=False)
    modules = [list(row) for row in code.matrix]
    scale = 6
    side = scale * len(modules)
    left, top = 120 + number * 17 % 120, 8 + number * 11 % 24
    at_x, at_y = left + 60, top + 76
    card = (left, top, side + 120, side + 160, CARD)
    head = (left, top, side + 120, 40, HEAD)
    names = [(at_x + 40, at_y + side + 34 + line * 22, side - 80, 10, HEAD) for line in (0, 1)]
    dark = [
        (at_x + x * scale, at_y + y * scale, scale, scale, INK)
        for y, row in enumerate(modules)
        for x, module in enumerate(row)
        if module
    ]
    return _frame([card, head, *names, *dark])
