"""The same inputs and keys give the same bytes, whatever the order and however often."""

import csv
import random
import shutil
from pathlib import Path

import pytest

from tests.flow.conftest import EXAMPLES, Play


def content(out: Path) -> dict[str, bytes]:
    """Every file of OUT but its state."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".ijaza" not in path.parts
    }


def shuffled(source: Path, target: Path, seed: int) -> Path:
    """A copy of an edition with the rows of its CSV files in another order.

    Corrections stay as they are: among equal ones their order says which stands.
    """
    shutil.copytree(source, target)
    chance = random.Random(seed)
    for path in target.glob("*.csv"):
        if path.name in ("corrections.csv", "glossary.csv"):
            continue
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = list(csv.reader(file))
        chance.shuffle(rows)
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
    return target


def test_a_second_run_changes_nothing(governance: Path, play: Play) -> None:
    """A run over the same OUT with the same files leaves every byte as it was."""
    before = content(governance)
    play(EXAMPLES / "mg-4", governance)
    assert content(governance) == before


@pytest.mark.slow
def test_a_fresh_out_gets_the_same_bytes(governance: Path, play: Play, tmp_path: Path) -> None:
    """The same files and keys give the same certificates, lists and rows in another folder."""
    play(EXAMPLES / "mg-4", tmp_path / "out")
    assert content(tmp_path / "out") == content(governance)


@pytest.mark.slow
def test_the_order_of_rows_does_not_matter(governance: Path, play: Play, tmp_path: Path) -> None:
    """Rows in any order, and so events in any order of arrival, give the same bytes."""
    play(shuffled(EXAMPLES / "mg-4", tmp_path / "edition", 7), tmp_path / "out")
    assert content(tmp_path / "out") == content(governance)


def test_no_secret_is_in_out(governance: Path, keys: Path) -> None:
    """No file of OUT, state included, holds a key or a secret."""
    secrets = [path.read_bytes() for path in keys.iterdir()]
    assert secrets
    for path in governance.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert not any(secret in held for secret in secrets), path
