"""What the tests of the oracle share."""

from pathlib import Path

import pytest

from tests.oracle.oracle import expected
from tests.oracle.small_editions import Cells, Play, Rows, write_small_edition


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """A function that writes a small edition and returns what the oracle expects of it."""

    def played(edition: dict[str, object] | None = None, **files: list[Cells]) -> Rows:
        write_small_edition(tmp_path, edition or {}, files)
        return expected(tmp_path)

    return played
