"""Two editions at once in the same services: one bus, the same stores, and ids that they share."""

import asyncio
import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ijaza_local.files import closing_time
from ijaza_local.play import phases
from ijaza_local.play.ledger import Ledger
from ijaza_local.play.outcome import HEADERS, outcome_of
from ijaza_local.play.phases import Stage
from ijaza_local.play.run import Taken, csv_of, published_at, take
from ijaza_local.services import Services, running

from tests.flow.conftest import Play
from tests.flow.test_sameness import content
from tests.oracle.random_editions import write_random_edition

SEEDS = {"selected, issued at closing": 95, "a roster, issued on approval": 92}
"""Random editions with corrections, departures, reviews and certificates."""
SHARED = {"applicants": "ref", "scans": "scan_id", "results": "module", "corrections": "target"}
"""Columns whose values stand in both editions."""


Rows = list[dict[str, str]]
Files = dict[str, bytes]
"""Content by path in OUT."""


class Player:
    """Plays one edition's files phase by phase into services that it shares with another."""

    def __init__(self, services: Services, files: Path, folder: Path) -> None:
        self._services = services
        self._ledger = Ledger(folder / f"{files.name}.db")
        self._taken: Taken = take(files, self._ledger, revise=False, progress=unheeded)
        self._stage = Stage(services, self._ledger, self._taken.files.edition, unheeded)

    async def enrol(self) -> None:
        await phases.enrol(self._stage, at=published_at(self._ledger, self._taken))

    async def record(self) -> None:
        await phases.record(self._stage)

    async def correct(self) -> None:
        await phases.correct(self._stage)

    async def close(self) -> None:
        edition = await self._services.enrollment.desk.editions.get(self._stage.edition.id)
        await phases.close(self._stage, closing_time(edition.definition, self._taken.latest))

    async def approve(self) -> None:
        await phases.approve(self._stage)

    async def outcome(self) -> Files:
        """What `ijaza run` would write, but for the report."""
        written: Files = {}
        edition = (
            await self._services.enrollment.desk.editions.get(self._stage.edition.id)
        ).definition
        outcome = await outcome_of(self._services, self._ledger, edition, written.__setitem__)
        for name, header in HEADERS.items():
            written[f"{name}.csv"] = csv_of(header, outcome.rows[name])
        self._ledger.close()
        return written


def unheeded(_what: str, _count: int) -> None:
    """Show no progress."""


@pytest.fixture(params=list(SEEDS.values()), ids=list(SEEDS))
def editions(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """Two editions whose refs, session ids, module ids and scan ids are the same.

    In the second one people have other names, and many of their scans are missing.
    """
    first, second = tmp_path / "first", tmp_path / "second"
    write_random_edition(first, request.param, size=20)
    shutil.copytree(first, second)
    definition = yaml.load((first / "edition.yaml").read_text(), yaml.BaseLoader)  # noqa: S506 - gives texts, lists and keys only
    (second / "edition.yaml").write_text(yaml.safe_dump({**definition, "id": "second"}))
    rewrite(second / "applicants.csv", renamed)
    rewrite(second / "scans.csv", thinned)
    return first, second


def rows_of(path: Path) -> Rows:
    """The rows of a CSV file."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def rewrite(path: Path, change: Callable[[Rows], Rows]) -> None:
    """Replace the rows of a CSV file."""
    rows = change(rows_of(path))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def renamed(rows: Rows) -> Rows:
    """The same refs, but other people."""
    return [{**row, "name_en": f"{row['name_en']} the Second"} for row in rows]


def thinned(rows: Rows) -> Rows:
    """Every other scan, at another door."""
    return [{**row, "device": "another-door"} for row in rows[::2]]


def without_report(out: Path) -> Files:
    """The files of an OUT that `Player.outcome` gives."""
    return {name: held for name, held in content(out).items() if name != "report.html"}


async def played_together(editions: tuple[Path, Path], folder: Path, keys: Path) -> list[Files]:
    """What each comes to when their phases alternate in one set of services."""
    async with running(
        bus_url=f"sqlite:///{folder}/bus.db",
        store_url=f"sqlite:///{folder}/stores",
        keys=keys,
        partitions=3,
    ) as services:
        first, second = (Player(services, files, folder) for files in editions)
        await first.enrol()
        await second.enrol()
        await second.record()
        await first.record()
        await first.correct()
        await first.close()
        await second.correct()
        await first.approve()
        await second.close()
        await second.approve()
        return [await player.outcome() for player in (first, second)]


@pytest.mark.slow
def test_two_editions_do_not_touch_each_other(
    editions: tuple[Path, Path], keys: Path, play: Play, tmp_path: Path
) -> None:
    """Together, phase by phase in turn, each comes to the bytes that it comes to alone."""
    shared = tmp_path / "shared"
    shared.mkdir()
    together = asyncio.run(played_together(editions, shared, keys))
    alone = []
    for files in editions:
        play(files, tmp_path / "alone" / files.name)
        alone.append(without_report(tmp_path / "alone" / files.name))

    assert together == alone
    # One bus and one store for each service; and what the files share is shared, to the last id.
    assert sorted(path.name for path in shared.rglob("*.db")) == [
        "assessment.db",
        "attendance.db",
        "bus.db",
        "credential.db",
        "enrollment.db",
        "first.db",
        "second.db",
    ]
    for name, column in SHARED.items():
        first, second = ({row[column] for row in rows_of(e / f"{name}.csv")} for e in editions)
        assert second
        assert second <= first
    # Both graduate somebody, and not the same: otherwise this would show little.
    holders = [len([name for name in files if name.endswith(".pdf")]) for files in alone]
    assert holders[0] > holders[1] > 0
