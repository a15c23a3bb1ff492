"""The numbers of OUT's files, held against an oracle that was written apart from the product."""

from pathlib import Path

import pytest

from tests.flow.comparing import differences
from tests.flow.conftest import EXAMPLES, Play
from tests.oracle.random_editions import write_random_edition


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in EXAMPLES.glob("*/edition.yaml"))
)
def test_an_example_gives_the_oracles_numbers(name: str, play: Play, tmp_path: Path) -> None:
    """Each example edition comes to the rows that the rules of its files give."""
    play(EXAMPLES / name, tmp_path / "out")
    assert differences(EXAMPLES / name, tmp_path / "out") == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 1_040))
def test_a_random_edition_gives_the_oracles_numbers(seed: int, play: Play, tmp_path: Path) -> None:
    """Whatever the rules, the calendar and the cohort, the rows are those of the oracle."""
    write_random_edition(tmp_path / "edition", seed)
    play(tmp_path / "edition", tmp_path / "out")
    assert differences(tmp_path / "edition", tmp_path / "out") == {}
