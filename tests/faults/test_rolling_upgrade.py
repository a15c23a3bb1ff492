"""Two releases side by side in one group, rolled forward and back while an edition is played.

The other release is a copy of today's code in which a contract and two stored states have an
optional field more: what a compatible change may be.
"""

import asyncio
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ijaza_attendance.storage import COLLECTION as ATTENDANCE_STATES
from ijaza_contracts.topics import ATTENDANCE
from ijaza_credential.storage import COLLECTION as CREDENTIAL_STATES
from ijaza_local.play.run import run_edition
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Delivered
from ijaza_runtime.comparing import pages

from tests.deadline import eventually
from tests.flow.commandline import by_process, started
from tests.flow.test_sameness import content
from tests.operate.backups import EXAMPLES
from tests.process.house import ROOT, SERVICES, House, Running

pytestmark = pytest.mark.slow

EDITION = EXAMPLES / "mg-4"
PARTITIONS = "12"
ROLLED = ("attendance", "credential")
PACKAGES = (
    "contracts/ijaza_contracts",
    "infra/runtime/ijaza_runtime",
    *(f"services/{name}/ijaza_{name}" for name in ROLLED),
)
CHANGES = {
    "ijaza_contracts/attendance.py": (
        '    source: Literal["scans", "correction"] = "scans"\n    version: Version\n',
        '    source: Literal["scans", "correction"] = "scans"\n    version: Version\n'
        '    room: str = "hall"\n',
    ),
    "ijaza_attendance/domain/state.py": (
        "    published: Mapping[str, Published] = field(default_factory=dict)\n",
        "    published: Mapping[str, Published] = field(default_factory=dict)\n"
        '    seen_by: str = "next"\n',
    ),
    "ijaza_credential/domain/state.py": (
        "    stated: Mapping[int, Stated] = field(default_factory=dict)\n",
        "    stated: Mapping[int, Stated] = field(default_factory=dict)\n"
        '    seen_by: str = "next"\n',
    ),
}
"""What the next release has more, by file."""


@pytest.fixture(scope="module")
def next_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the next release's code."""
    home = tmp_path_factory.mktemp("next")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, home / Path(package).name)
    for name, (before, after) in CHANGES.items():
        text = (home / name).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{name} is another now: say in CHANGES what it may gain"
        (home / name).write_text(text.replace(before, after), encoding="utf-8")
    return home


@dataclass(frozen=True)
class Rolling:
    """The rolled services' processes, by release."""

    house: House
    settings: dict[str, Any]
    next_release: Path

    def start(self, stack: ExitStack, service: str, *, newer: bool) -> Running:
        more = {"PYTHONPATH": str(self.next_release)} if newer else {}
        return stack.enter_context(self.house.started(service, more=more, **self.settings))

    async def started(self, stack: ExitStack, *, newer: bool) -> list[Running]:
        """Both services of one release, ready."""
        services = [self.start(stack, name, newer=newer) for name in ROLLED]
        for service in services:
            await service.ready()
        return services


async def ended(services: list[Running]) -> None:
    """End processes as their supervisor does, and see that each ended well."""
    for service in services:
        assert await service.stopped() == 0


async def test_two_releases_play_one_edition(next_release: Path, tmp_path: Path) -> None:
    """The files are those of one release alone, no letter is dead, and both have taken part."""
    plain = tmp_path / "plain"
    house = House(tmp_path / "house")
    house.folder.mkdir()
    await run_edition(EDITION, plain, keys=house.keys)
    settings = {"partitions": PARTITIONS, "log_level": "INFO"}
    environment = {
        name: value
        for name, value in house.environment(**settings).items()
        if name.startswith("IJAZA_")
    }
    rolling = Rolling(house, settings, next_release)
    out = tmp_path / "out"
    with ExitStack() as stack:
        assert by_process("provision", keys=house.keys, environment=environment).code == 0
        for name in SERVICES:
            if name not in ROLLED:
                await rolling.start(stack, name, newer=False).ready()
        old = await rolling.started(stack, newer=False)
        new = await rolling.started(stack, newer=True)

        run = started(
            "run", EDITION, "--out", out, "--attach", keys=house.keys, environment=environment
        )
        playing = asyncio.create_task(asyncio.to_thread(run.communicate, timeout=180))
        await eventually(lambda: _stored(house, "attendance", ATTENDANCE_STATES), 60)
        await ended(old)  # forward
        old = await rolling.started(stack, newer=False)
        await ended(new)  # and back
        new = await rolling.started(stack, newer=True)
        await playing
        assert run.returncode == 0
        await ended([*old, *new])

    assert content(out) == content(plain)
    assert await _on(house, *(f"{name}.dead-letters" for name in SERVICES)) == []
    said = [each.value or b"" for each in await _on(house, ATTENDANCE.name)]
    assert {b'"room"' in each for each in said if b'"seconds"' in each} == {True, False}
    bodies = [
        *await _bodies(house, "attendance", ATTENDANCE_STATES),
        *await _bodies(house, "credential", CREDENTIAL_STATES),
    ]
    assert {b'"seen_by"' in each for each in bodies} == {True, False}


async def _stored(house: House, service: str, collection: str) -> bool:
    return bool(await _bodies(house, service, collection))


async def _bodies(house: House, service: str, collection: str) -> list[bytes]:
    store = open_store(f"sqlite:///{house.stores}", service)
    try:
        return [each.body async for page in pages(store, collection) for each in page]
    finally:
        await store.close()


async def _on(house: House, *topics: str) -> list[Delivered]:
    bus = open_bus(f"sqlite:///{house.bus}")
    try:
        follower = await bus.follower(topics)
        found: list[Delivered] = []
        while slices := await follower.read(1_000):
            found += [record for each in slices for record in each.records]
        return found
    finally:
        await bus.close()
