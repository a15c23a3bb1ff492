"""The four services over any bus and stores, and one small edition that staff work on.

Two modules: m1 of two sessions without a test, m2 of one with a test that may be tried twice.
Everybody was scanned for all of each session; a session that moves leaves its scans behind.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from ijaza_assessment import main as assessment
from ijaza_attendance import main as attendance
from ijaza_contracts.attendance import ScanRecorded
from ijaza_contracts.credential import CertificateEvent, GraduationEvent
from ijaza_contracts.edition import (
    AttendanceRequirement,
    Certificate,
    Edition,
    Issuer,
    Module,
    Place,
    Requirements,
    Session,
    Test,
)
from ijaza_contracts.envelope import CloudEvent, decode
from ijaza_contracts.registry import BY_TYPE
from ijaza_contracts.topics import CREDENTIAL, GRADUATIONS
from ijaza_credential import main as credential
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import State
from ijaza_credential.rebuild import rebuild
from ijaza_enrollment import main as enrollment
from ijaza_enrollment.domain.commands import Application, Apply, PublishEdition, Select
from ijaza_local.services import NAMES, drain
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Bus, Follower
from ijaza_runtime.comparing import differences
from ijaza_runtime.outbox import records_of
from ijaza_runtime.rebuild import Beside, refill
from ijaza_runtime.service import Assembly, Parts, provision
from ijaza_runtime.store import Store

REFS = ("ana", "ben", "cem")
SESSIONS = {"m1": ("m1-d1", "m1-d2"), "m2": ("m2-d1",)}
DAYS = {"m1-d1": 1, "m1-d2": 2, "m2-d1": 8}
HOURS = 4
PARTITIONS = 2
BEGIN = datetime(2020, 1, 5, 12, tzinfo=UTC)
_ASSEMBLE: dict[str, Callable[[Parts], Assembly[Any]]] = {
    enrollment.NAME: enrollment.assemble,
    attendance.NAME: attendance.assemble,
    assessment.NAME: assessment.assemble,
    credential.NAME: credential.assemble,
}


OfCertificates = CertificateEvent | GraduationEvent


@dataclass(frozen=True)
class Policy:
    """How an edition lets certificates be issued and changed."""

    issue: Literal["automatic", "on_approval"]
    on_change: Literal["at_once", "propose"]
    approvers: Literal[1, 2]


def span(session: str, *, moved: bool = False) -> tuple[datetime, datetime]:
    """When a session is, or where it is moved to: to days on which nobody was scanned."""
    start = BEGIN + timedelta(days=DAYS[session] + (100 if moved else 0), hours=4)
    return start, start + timedelta(hours=HOURS)


def edition(name: str, policy: Policy, percent: int = 80) -> Edition:
    """The edition; its first certificate asks for this share of every module."""
    return Edition(
        id=name,
        title={"en": "Migration governance", "ar": "حوكمة الهجرة"},
        timezone="Africa/Cairo",
        languages=("ar", "en"),
        issuer=Issuer(did_host="certificates.example.org", name={"en": "Office"}),
        organisers=(),
        place=Place(name={"en": "Campus"}),
        modules=tuple(_module(module) for module in SESSIONS),
        certificates=(
            _certificate("certificate", "completion", percent, "all_passed"),
            _certificate("participation", "participation", 50, "none"),
        ),
        issue=policy.issue,
        on_change=policy.on_change,
        approvers=policy.approvers,
        ceremony=date(2020, 6, 1),
    )


def _module(name: str) -> Module:
    sessions = [(each, *span(each)) for each in SESSIONS[name]]
    test = Test(pass_mark=Decimal(60), max_score=Decimal(100), attempts=2)
    return Module(
        id=name,
        title={"en": name, "ar": name},
        sessions=tuple(Session(id=each, start=start, end=end) for each, start, end in sessions),
        test=test if name == "m2" else None,
    )


def _certificate(
    name: str,
    kind: Literal["completion", "participation"],
    percent: int,
    tests: Literal["all_passed", "none"],
) -> Certificate:
    bounds = AttendanceRequirement(min_percent=Decimal(percent))
    return Certificate(
        id=name,
        kind=kind,
        title={"en": name, "ar": name},
        requires=Requirements(attendance=bounds, tests=tests),
    )


@dataclass
class House:
    """The services and what they stand on. `run` lets a coroutine run on the house's own loop."""

    bus: Bus
    stores: dict[str, Store]
    services: dict[str, Assembly[Any]]
    keys: Path
    runner: asyncio.Runner
    editions: int = 0
    said: dict[str, tuple[OfCertificates, bytes]] = field(default_factory=dict)
    follower: Follower | None = None

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(doing)

    def desk(self, service: str) -> Any:
        """Where a service takes commands."""
        return self.services[service].desk

    async def drain(self) -> None:
        """Let the services do all that there is to do."""
        await drain(list(self.services.values()))

    async def begin(self, policy: Policy) -> tuple[str, dict[str, str]]:
        """Publish an edition of its own, with everybody on its roster; its id, and theirs."""
        self.editions += 1
        name, at = f"life-{self.editions}", BEGIN - timedelta(days=10)
        desk = self.desk(enrollment.NAME)
        definition = edition(name, policy)
        await desk.editions.publish(PublishEdition(definition=definition, at=at, actor="office"))
        people = [
            Application(ref=ref, name_en=ref, name_ar=ref, email="", applied_at=at) for ref in REFS
        ]
        applicants = await desk.applicants.apply(Apply(edition=name, applications=tuple(people)))
        await desk.selections.select(Select(edition=name, at=at, actor="office"))
        ids = {ref: each.participant for ref, each in zip(REFS, applicants, strict=True)}
        await self.bus.publish(records_of(_stays(name, list(ids.values()))))
        await self.drain()
        return name, ids

    async def states(self, ids: Sequence[str]) -> dict[str, State]:
        """What credential knows."""
        states: dict[str, State] = await self.desk(credential.NAME).commands.read_many(ids)
        return states

    def programme(self, name: str) -> Programme:
        programme: Programme = self.desk(credential.NAME).programme(name)
        return programme

    def person(self, participant: str) -> Person | None:
        person: Person | None = self.desk(credential.NAME).person(participant)
        return person

    async def told(self, name: str) -> list[CloudEvent]:
        """What has been said of an edition's certificates so far, in the order of the log.

        An event that came again says the same.
        """
        if self.follower is None:
            self.follower = await self.bus.follower([CREDENTIAL.name, GRADUATIONS.name])
        async for event in _said(self.follower):
            body = event.body()
            assert self.said.setdefault(event.id, (event, body))[1] == body, "one id, one event"
        return [event for event, _ in self.said.values() if event.edition == name]

    async def still_said(self) -> set[str]:
        """The ids of all that stands on the topics of certificates, read from their beginning."""
        follower = await self.bus.follower([CREDENTIAL.name, GRADUATIONS.name])
        try:
            return {event.id async for event in _said(follower)}
        finally:
            await follower.close()

    async def replayed(self) -> list[str]:
        """What differs in credential's store when it is made again from the topics.

        Nothing may be published by that.
        """
        before = await self.bus.ends()
        empty = MemoryStore()
        beside = Beside(bus=self.bus, store=empty, keys=self.keys, partitions=PARTITIONS)
        made = rebuild(beside)
        await refill(self.bus, made, since=None, progress=beside.progress)
        live = self.stores[credential.NAME]
        found = differences(live, empty, made.collections, beside.progress)
        differing = [f"{each.key}: {each.fields}" async for each in found]
        assert await self.bus.ends() == before, "a replay publishes nothing"
        return differing

    async def close(self) -> None:
        if self.follower is not None:
            await self.follower.close()
        for service in self.services.values():
            await service.close()
        for store in self.stores.values():
            await store.close()
        await self.bus.close()


def opened(bus_url: str, store_url: str, keys: Path) -> House:
    """The services over these addresses, which are the test's own."""
    runner = asyncio.Runner()

    async def opening() -> House:
        bus = open_bus(bus_url)
        await provision(bus, NAMES, PARTITIONS)
        access = AccessKeys.load_or_create(keys)
        stores, services = {}, {}
        for name, assemble in _ASSEMBLE.items():
            stores[name] = open_store(store_url, name)
            services[name] = assemble(
                Parts(bus=bus, store=stores[name], keys=keys, access=access, partitions=PARTITIONS)
            )
            await stores[name].provision(services[name].collections)
        return House(bus, stores, services, keys, runner)

    return runner.run(opening())


async def _said(follower: Follower) -> AsyncIterator[OfCertificates]:
    """What a follower has not read yet of certificates and graduations."""
    while slices := await follower.read(5000):
        for record in (each for one in slices for each in one.records):
            event = decode(record.headers, record.value or b"", BY_TYPE)
            if isinstance(event, CertificateEvent | GraduationEvent):
                yield event


def _stays(name: str, participants: Sequence[str]) -> list[ScanRecorded]:
    directions: tuple[Literal["in", "out"], ...] = ("in", "out")
    return [
        ScanRecorded(
            edition=name,
            participant=participant,
            at=at,
            scan_id=f"{session}-{direction}",
            device="kiosk-1",
            session=session,
            direction=direction,
            seq=0,
        )
        for participant in participants
        for session in DAYS
        for direction, at in zip(directions, span(session), strict=True)
    ]
