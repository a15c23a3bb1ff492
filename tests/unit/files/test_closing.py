"""The edition closes by its facts and its plan, never by the clock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ijaza_local.files import EditionFiles, closing_time, corrected_edition, read_edition

from tests.editions import small_edition

Cells = tuple[str, ...]

LATER, EARLIER = "2019-12-02T10:00", "2019-12-01T10:00"
FAR = "2019-12-20T15:00/2019-12-20T18:00"
HOME = "2019-12-15T16:00/2019-12-15T20:00"


def cancel(session: str) -> Cells:
    """A session that does not take place."""
    return ("cancel-session", "", session, "", "office", "", EARLIER)


def move(times: str, at: str = EARLIER) -> Cells:
    """The first session, moved."""
    return ("move-session", "", "m1-d1", times, "office", "", at)


def files_of(directory: Path, **changes: object) -> EditionFiles:
    """The files of a small edition, which are good."""
    files = read_edition(small_edition(directory, **changes)).files
    assert files is not None
    return files


def utc(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("corrections", "settled"),
    [
        ([], "2019-12-19T18:00:00Z"),
        ([cancel("m2-d1")], "2019-12-18T18:00:00Z"),
        ([move(FAR)], "2019-12-22T16:00:00Z"),
        ([move(FAR), move(HOME, LATER)], "2019-12-19T18:00:00Z"),
        ([move(HOME, LATER), move(FAR)], "2019-12-19T18:00:00Z"),
        ([move(HOME), move(FAR)], "2019-12-22T16:00:00Z"),
        ([cancel("m1-d1"), move(FAR)], "2019-12-19T18:00:00Z"),
    ],
    ids=["plan", "cancelled", "moved", "back", "latest stands", "further down", "moved, cancelled"],
)
def test_closes_settle_hours_after_the_last_session(
    corrections: list[Cells], settled: str, tmp_path: Path
) -> None:
    """48 hours after the latest end of the sessions not cancelled, in their new times."""
    files = files_of(tmp_path, corrections=corrections, results=None)
    edition = corrected_edition(files.edition, files.corrections)
    assert closing_time(edition, utc("2019-12-01T00:00:00Z")) == utc(settled)


def test_closes_at_the_latest_fact_if_that_is_later(tmp_path: Path) -> None:
    """A correction of March keeps the edition open until then."""
    late = utc("2020-03-01T08:00:00Z")
    assert closing_time(files_of(tmp_path).edition, late) == late


def test_where_every_session_is_cancelled_the_latest_fact_counts_alone(tmp_path: Path) -> None:
    """There is no last session to settle after."""
    every = [cancel(session) for session in ("m1-d1", "m1-d2", "m2-d1")]
    files = files_of(tmp_path, corrections=every, results=None)
    latest = utc("2019-12-02T08:00:00Z")
    assert closing_time(corrected_edition(files.edition, files.corrections), latest) == latest


def test_a_moved_session_takes_its_breaks_along(tmp_path: Path) -> None:
    """They move by the same elapsed time as its start; a cancelled session is marked."""
    files = files_of(tmp_path, corrections=[move(FAR), cancel("m2-d1")], results=None)
    first, second = corrected_edition(files.edition, files.corrections).modules
    moved = first.sessions[0]
    assert (moved.start, moved.end) == (utc("2019-12-20T13:00:00Z"), utc("2019-12-20T16:00:00Z"))
    assert moved.breaks[0].start == utc("2019-12-20T15:00:00Z")
    assert [moved.cancelled, second.sessions[0].cancelled] == [False, True]


def test_settle_hours_are_exact_and_rounded_up(tmp_path: Path) -> None:
    """A third of an hour, as decimals go, is no whole number of seconds."""
    edition = files_of(tmp_path, settle_hours="0.3333").edition
    assert closing_time(edition, None) == datetime(2019, 12, 17, 18, 20, tzinfo=UTC)
