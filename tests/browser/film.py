"""A film of passes held to a camera, one after the other, for Chromium's fake video capture."""

from collections.abc import Sequence
from pathlib import Path

import segno

WIDTH, HEIGHT = 960, 720
WHITE, BLACK, GREY = 235, 16, 128
PER_SECOND = 10


def film(path: Path, texts: Sequence[str], *, seconds: float = 1.0, gap: float = 0.4) -> None:
    """Write a film (YUV4MPEG2, 4:2:0): each text as a QR code for some seconds, empty between."""
    empty = _frame(None)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for text in texts:
            shown = _frame(text)
            for frame, length in ((shown, seconds), (empty, gap)):
                file.write((b"FRAME\n" + frame) * round(length * PER_SECOND))


def _frame(text: str | None) -> bytes:
    rows = [bytearray([WHITE]) * WIDTH for _ in range(HEIGHT)]
    if text is not None:
        code = segno.make(text, error="m", mode="byte", micro=False, boost_error=False)
        modules = [list(row) for row in code.matrix]
        scale = (HEIGHT - 120) // len(modules)
        left, top = (WIDTH - scale * len(modules)) // 2, (HEIGHT - scale * len(modules)) // 2
        for y, row in enumerate(modules):
            line = bytearray([WHITE]) * WIDTH
            for x, dark in enumerate(row):
                if dark:
                    at = left + x * scale
                    line[at : at + scale] = bytes([BLACK]) * scale
            for offset in range(scale):
                rows[top + y * scale + offset] = line
    return b"".join(rows) + bytes([GREY]) * (WIDTH * HEIGHT // 2)
