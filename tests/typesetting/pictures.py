"""Pictures of the samples, and the script that makes the golden ones anew.

`python -m tests.typesetting.pictures [NAME …]` draws them into `golden/`. Look at each before it is
committed: that marks stand at their letters and touch no other line, that letters join, that digits
and Latin words stand where a reader looks for them.
"""

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops

from tests.thirdparty.conftest import require_tool, run
from tests.typesetting.samples import SAMPLES

GOLDEN = Path(__file__).parent / "golden"
DOTS_PER_INCH = "100"
TILE = 8
"""Pixels of a tile's side, some two millimetres: smaller than a letter, larger than a mark."""
TOLERANCE = 20
"""How much a tile's mean grey (0…255) may differ. Another release of poppler draws edges otherwise,
which changes some units; a mark that is gone or has moved changes 30 and more."""
_GREYS = 16
"""Greys of a golden picture, which is a third of the size so."""


def drawn(document: bytes, folder: Path) -> Image.Image:
    """The picture of a document of one page, in greys."""
    file = folder / "document.pdf"
    file.write_bytes(document)
    done = run(
        require_tool("pdftoppm"), "-r", DOTS_PER_INCH, "-gray", "-singlefile", file, folder / "page"
    )
    assert done.returncode == 0, done.stderr
    return Image.open(BytesIO((folder / "page.pgm").read_bytes())).convert("L")


def golden(name: str) -> Image.Image:
    """The picture that was looked at."""
    return Image.open(GOLDEN / f"{name}.png").convert("L")


def greatest_difference(one: Image.Image, other: Image.Image) -> int:
    """How much the mean grey of a tile differs at the most; 255 if the sizes do."""
    if one.size != other.size:
        return 255
    _, most = ImageChops.difference(one.reduce(TILE), other.reduce(TILE)).getextrema()
    return int(most)  # type: ignore[arg-type]  # of a picture in greys it is one number


def main(names: list[str]) -> None:
    """Draw the samples of these names, or all."""
    GOLDEN.mkdir(exist_ok=True)
    for name in names or SAMPLES:
        with TemporaryDirectory() as folder:
            picture = drawn(SAMPLES[name](), Path(folder)).quantize(_GREYS)
            picture.save(GOLDEN / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
