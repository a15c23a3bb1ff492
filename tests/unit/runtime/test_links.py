"""Links for those who have no account: nobody but this installation makes them, and they end."""

from dataclasses import dataclass

import pytest
from ijaza_runtime.links import read, write

SECRET = b"s" * 32
NOW = 1_600_000_000


@dataclass(frozen=True, slots=True)
class Door:
    """What a link of these tests leads to."""

    room: str
    until: int


@dataclass(frozen=True, slots=True)
class Window:
    """Another kind of link."""

    pane: int
    until: int


LINK = Door("غرفة 5", NOW)


def test_a_link_leads_where_it_was_made_for() -> None:
    """Until its last second, and no longer."""
    written = write(LINK, SECRET)

    assert read(written, SECRET, NOW - 1, Door) == LINK
    assert read(written, SECRET, NOW, Door) is None


def test_a_link_is_ours_and_unaltered() -> None:
    """Signed with a secret that only this installation has, one for each kind."""
    written = write(LINK, SECRET)
    head, payload, proof = written.split(".")

    assert read(written, b"t" * 32, 0, Door) is None
    assert read(f"{head}.{payload[:-2]}AA.{proof}", SECRET, 0, Door) is None
    assert read(written, SECRET, 0, Window) is None


@pytest.mark.parametrize(
    "tried", ["", "x", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30.", "A" * 3000, "é.é." + "A" * 43]
)
def test_whatever_is_no_link_leads_nowhere(tried: str) -> None:
    """However it is spelled."""
    assert read(tried, SECRET, 0, Door) is None
