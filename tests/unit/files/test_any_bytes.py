"""Whatever stands in a file, reading it gives faults and never breaks."""

import csv
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_local.files import Reading, read_edition

from tests.editions import EDITION_YAML, FILES, small_edition

NAMES = st.sampled_from(sorted(FILES))
CSV_NAMES = st.sampled_from(sorted(name for name in FILES if name.endswith(".csv")))
TREE = yaml.load(EDITION_YAML, yaml.BaseLoader)  # noqa: S506 - gives texts, lists and keys only
VALUES = st.recursive(
    st.text(max_size=8)
    | st.sampled_from(["0", "-1", "1e9", "yes", "2019-12-15T16:00", "m1", "ar"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "en", "start", "sessions", "per"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
CELLS = st.text(max_size=12) | st.sampled_from(
    [
        "",
        "A1",
        "m1",
        "m1/1",
        "2019-12-15T16:00",
        "0",
        "9" * 30,
        "withdraw",
        "score",
        "\x00",
        '"',
        "\n",
    ]
)

UNHURRIED = settings(deadline=None, max_examples=50)
"""Reading a file waits for the disk, and the disk for others."""


def read_with(name: str, content: bytes) -> Reading:
    """Read the small edition with one of its files replaced."""
    with TemporaryDirectory() as folder:
        directory = small_edition(Path(folder))
        (directory / name).write_bytes(content)
        reading = read_edition(directory)
    assert (reading.files is None) == bool(reading.faults)
    for fault in (*reading.faults, *reading.warnings):
        # A console in UTF-8 can show every one.
        assert str(fault).encode("utf-8")
    return reading


@pytest.mark.slow
@UNHURRIED
@given(NAMES, st.binary(max_size=300))
def test_any_bytes(name: str, content: bytes) -> None:
    """Bytes of another format altogether."""
    read_with(name, content)


@pytest.mark.slow
@UNHURRIED
@given(NAMES, st.data())
def test_any_bytes_amid_the_right_ones(name: str, data: st.DataObject) -> None:
    """A file that was damaged in one place."""
    whole = FILES[name].encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    put = data.draw(
        st.binary(max_size=20) | st.sampled_from([b"\xff", b'"', b"\r", b"&a *a", b"{", b"- "])
    )
    read_with(name, whole[:start] + put + whole[end:])


@pytest.mark.slow
@UNHURRIED
@given(CSV_NAMES, st.data())
def test_any_cells(name: str, data: st.DataObject) -> None:
    """Rows of the right shape with anything in their cells."""
    header = FILES[name].partition("\n")[0]
    width = header.count(",") + 1
    rows = data.draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=3))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    read_with(name, f"{header}\n{text.getvalue()}".encode())


@pytest.mark.slow
@UNHURRIED
@given(st.sampled_from(sorted(TREE)), VALUES)
def test_any_value_of_any_key(key: str, value: object) -> None:
    """A definition with anything where a key's value should be."""
    read_with("edition.yaml", json.dumps({**TREE, key: value}).encode())
