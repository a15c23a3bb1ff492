"""Small editions, applicants and services for the tests of enrollment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ijaza_contracts.edition import (
    Certificate,
    Edition,
    Interval,
    Issuer,
    Module,
    Place,
    Preference,
    SeatLimit,
    Selection,
    Session,
)
from ijaza_contracts.envelope import Event, decode
from ijaza_contracts.registry import of_topic
from ijaza_contracts.topics import EDITIONS, TOPICS, Topic
from ijaza_enrollment.domain.commands import Application, Apply, Depart, PublishEdition, Select
from ijaza_enrollment.domain.entries import Candidate, Departure
from ijaza_enrollment.handlers import Enrollment
from ijaza_enrollment.storage import COLLECTIONS
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Bus, Delivered, TopicPlan
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.store import Store

EDITION = "mg-4"
SECRET = b"a secret of these tests"
CALL = datetime(2019, 9, 1, tzinfo=UTC)
"""When the call for applications opens; `day(n)` counts from it."""
SELECTED_AT = CALL + timedelta(days=60)
UNTIL = CALL + timedelta(days=90)
"""Until when free seats are filled from the waiting list."""


def day(number: float) -> datetime:
    """So many days after the call."""
    return CALL + timedelta(days=number)


def rule(
    capacity: int,
    *,
    require: Mapping[str, Sequence[str]] | None = None,
    prefer: Mapping[str, Sequence[Sequence[str]]] | None = None,
    at_most: Mapping[str, int] | None = None,
    until: datetime = UNTIL,
) -> Selection:
    """A rule of selection; `prefer` gives each column its classes, `at_most` its seats."""
    return Selection(
        capacity=capacity,
        require={column: tuple(values) for column, values in (require or {}).items()},
        prefer=tuple(
            Preference(column=column, order=tuple(map(tuple, classes)))
            for column, classes in (prefer or {}).items()
        ),
        at_most=tuple(SeatLimit(per=per, seats=seats) for per, seats in (at_most or {}).items()),
        promote_until=until,
    )


def candidate(ref: str, applied: float = 0, **columns: str) -> Candidate:
    """An applicant, known to the selection by the ref itself."""
    return Candidate(ref, ref, day(applied), columns)


def leaves(ref: str, on: float = 61, *, kind: str = "withdraw", command: str = "") -> Departure:
    """A departure so many days after the call."""
    return Departure(
        id=command or f"{ref}-{on}-{kind}",
        participant=ref,
        kind="decline" if kind == "decline" else "withdraw",
        at=day(on),
        actor="staff-7",
        note="moved abroad",
    )


def session(name: str, start: datetime, *breaks: tuple[datetime, datetime]) -> Session:
    """A session of four hours."""
    return Session(
        id=name,
        start=start,
        end=start + timedelta(hours=4),
        breaks=tuple(Interval(start=opens, end=closes) for opens, closes in breaks),
    )


def edition(
    selection: Selection | None = None, *, name: str = EDITION, sessions: Sequence[Session] = ()
) -> Edition:
    """An edition of one module; without a selection it is a roster."""
    return Edition(
        id=name,
        title={"en": "Certificate in Migration Governance"},
        timezone="Africa/Cairo",
        languages=("ar", "en"),
        issuer=Issuer(did_host="certificates.example.org", name={"en": "Programme office"}),
        organisers=(),
        place=Place(name={"en": "Downtown campus"}),
        selection=selection,
        modules=(
            Module(
                id="m1",
                title={"en": "Introduction"},
                sessions=tuple(sessions) or (session("m1-d1", day(100)),),
            ),
        ),
        certificates=(Certificate(id="certificate", kind="completion", title={"en": "C"}),),
    )


def application(ref: str, applied: float = 0, **attributes: str) -> Application:
    """A row of applicants.csv."""
    return Application(
        ref=ref,
        name_en=f"Name of {ref}",
        name_ar=f"اسم {ref}",
        email=f"{ref.lower()}@applicants.example.org",
        applied_at=day(applied),
        attributes=attributes,
    )


@dataclass(slots=True)
class World:
    """Enrollment over a store and a bus, and what a reader of its topics sees."""

    store: Store
    bus: Bus
    outbox: Outbox
    desk: Enrollment

    async def published(self, topic: Topic) -> list[Event]:
        """Every event on a topic, in the order of its partitions."""
        known = {event.TYPE: event for event in of_topic(topic)}
        events = [
            decode(record.headers, record.value, known)
            for record in await self.records(topic)
            if record.value is not None
        ]
        return [event for event in events if isinstance(event, Event)]

    async def records(self, topic: Topic) -> list[Delivered]:
        """Every record on a topic, tombstones too."""
        follower = await self.bus.follower([topic.name])
        records = [record for part in await follower.read(100_000) for record in part.records]
        await follower.close()
        return records

    async def relay(self) -> None:
        """Send what a crash left unsent, as every service does when it starts."""
        for collection in COLLECTIONS:
            await self.outbox.relay(collection)

    async def open_call(self, definition: Edition, *applications: Application) -> None:
        """Publish an edition, and record applications to it."""
        await self.desk.editions.publish(
            PublishEdition(definition=definition, at=CALL, actor="staff-7")
        )
        await self.desk.applicants.apply(Apply(edition=definition.id, applications=applications))

    async def select(self, at: datetime = SELECTED_AT) -> None:
        """Run the selection of the edition."""
        await self.desk.selections.select(Select(edition=EDITION, at=at, actor="staff-7"))

    async def depart(self, *departures: Departure) -> None:
        """Apply departures whose participants are refs here."""
        await self.desk.selections.depart(
            Depart(edition=EDITION, departures=tuple(map(self.of_person, departures)))
        )

    def of_person(self, departure: Departure) -> Departure:
        """A departure by a ref, as one by the participant's id."""
        return Departure(
            departure.id,
            self.id_of(departure.participant),
            departure.kind,
            departure.at,
            departure.actor,
            departure.note,
        )

    def id_of(self, ref: str) -> str:
        """A participant's id."""
        return self.desk.applicants.id_of(EDITION, ref)


async def world(store: Store | None = None, bus: Bus | None = None) -> World:
    """Enrollment as it starts, in memory where nothing else is given."""
    store = store or MemoryStore()
    bus = bus or MemoryBus()
    await bus.provision(
        [
            TopicPlan(topic.name, 1 if topic is EDITIONS else 3, topic.compacted)
            for topic in TOPICS
            if topic.owner == "enrollment"
        ]
    )
    outbox = Outbox(bus, store)
    return World(store, bus, outbox, Enrollment(store, outbox, SECRET))
