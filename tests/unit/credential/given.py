"""A small edition and facts about one participant, in the words of the field.

The edition has two modules of four days of four hours, each with a test, and P1's requirements:
"at least 80 % of each module and at least 13 hours of it", and all tests passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from ijaza_contracts.assessment import TestAnnulled, TestFailed, TestPassed
from ijaza_contracts.attendance import AbsenceExcused, SessionAttended
from ijaza_contracts.edition import (
    AttendanceRequirement,
    Certificate,
    Edition,
    Interval,
    Issuer,
    Module,
    Place,
    Requirements,
    Session,
    Test,
)
from ijaza_contracts.enrollment import (
    EditionClosed,
    EditionPublished,
    ParticipantSelected,
    ParticipantWithdrawn,
    PersonRecorded,
)
from ijaza_contracts.envelope import Event
from ijaza_credential.domain.commands import Command, decide
from ijaza_credential.domain.people import Person, on_person_recorded
from ijaza_credential.domain.programme import (
    Programme,
    on_edition_closed,
    on_edition_published,
)
from ijaza_credential.domain.rules import Assessment, assess
from ijaza_credential.domain.settle import settle
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import HANDLERS
from ijaza_credential.naming import KeyedNaming
from ijaza_credential.storage import decode, encode

EDITION = "mg-4"
PARTICIPANT = "p1"
SECRET = b"a secret of these tests"
NAMING = KeyedNaming(SECRET, EDITION, PARTICIPANT)
FIRST_DAY = datetime(2019, 12, 15, tzinfo=UTC)
CLOSED_AT = datetime(2020, 4, 17, 18, 0, tzinfo=UTC)
HOUR = 3600
DAYS = (1, 2, 3, 4)


def day(number: int, hour: int = 16) -> datetime:
    """An hour of the first day of teaching, or of a later one."""
    return FIRST_DAY + timedelta(days=number - 1, hours=hour)


def after_closing(days: int) -> datetime:
    """So many days after the edition was closed."""
    return CLOSED_AT + timedelta(days=days)


def session(
    name: str,
    number: int,
    *,
    hours: int = 4,
    breaks: Sequence[tuple[datetime, datetime]] = (),
    cancelled: bool = False,
) -> Session:
    """A session in the afternoon of one day."""
    return Session(
        id=name,
        start=day(number),
        end=day(number) + timedelta(hours=hours),
        breaks=tuple(Interval(start=start, end=end) for start, end in breaks),
        cancelled=cancelled,
    )


def module(
    name: str, first_day: int, *, days: int = 4, test: bool = True, cancelled: Sequence[str] = ()
) -> Module:
    """A module of days of four hours, its sessions named m1-d1, m1-d2, …"""
    names = [f"{name}-d{number}" for number in range(1, days + 1)]
    return Module(
        id=name,
        title={"en": f"Module {name}", "ar": f"الوحدة {name}"},
        sessions=tuple(
            session(each, first_day + index, cancelled=each in cancelled)
            for index, each in enumerate(names)
        ),
        test=Test(pass_mark=Decimal(60), max_score=Decimal(100), attempts=2) if test else None,
    )


def certificate(
    name: str = "certificate",
    *,
    percent: int | Decimal | None = 80,
    hours: int | None = 13,
    tests: Literal["all_passed", "none"] = "all_passed",
    kind: Literal["completion", "participation", "attendance"] = "completion",
) -> Certificate:
    """A certificate that asks for these; neither percent nor hours: for no attendance."""
    bounds = None
    if percent is not None or hours is not None:
        bounds = AttendanceRequirement(
            min_percent=None if percent is None else Decimal(percent),
            min_hours=None if hours is None else Decimal(hours),
        )
    return Certificate(
        id=name,
        kind=kind,
        title={"en": name.title(), "ar": f"شهادة {name}"},
        requires=Requirements(attendance=bounds, tests=tests),
    )


PARTICIPATION = certificate(
    "participation", percent=50, hours=None, tests="none", kind="participation"
)


def edition(**changes: Any) -> Edition:
    """The edition of these tests, with changes."""
    fields: dict[str, Any] = {
        "id": EDITION,
        "title": {"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"},
        "timezone": "Africa/Cairo",
        "languages": ("ar", "en"),
        "issuer": Issuer(did_host="certificates.example.org", name={"en": "Office"}),
        "organisers": (),
        "place": Place(name={"en": "Downtown campus"}),
        "modules": (module("m1", 1), module("m2", 8)),
        "certificates": (certificate(),),
    }
    return Edition(**{**fields, **changes})


def published(revision: int = 1, at: datetime | None = None, **changes: Any) -> EditionPublished:
    """A revision of the edition, before the first day of teaching if no time is said."""
    return EditionPublished(
        edition=EDITION,
        at=at or day(-30),
        revision=revision,
        definition=edition(**changes),
    )


def closed(at: datetime = CLOSED_AT) -> EditionClosed:
    """The edition is over."""
    return EditionClosed(edition=EDITION, at=at)


def recorded(
    name_en: str = "Amina Farouk",
    name_ar: str = "أمينة فاروق",
    *,
    version: int = 1,
    at: datetime | None = None,
    email: str = "",
) -> PersonRecorded:
    """What is recorded of the person."""
    return PersonRecorded(
        edition=EDITION,
        participant=PARTICIPANT,
        at=at or day(-20),
        version=version,
        name_en=name_en,
        name_ar=name_ar,
        email=email,
    )


def selected(number: int = 7) -> ParticipantSelected:
    """A seat is given."""
    return ParticipantSelected(
        edition=EDITION, participant=PARTICIPANT, at=day(-10), number=number, via="ranking"
    )


def withdrawn(at: datetime | None = None) -> ParticipantWithdrawn:
    """The person leaves."""
    return ParticipantWithdrawn(edition=EDITION, participant=PARTICIPANT, at=at or day(5))


def attended(
    name: str,
    hours: float = 4,
    *,
    seconds: int | None = None,
    facts: int = 1,
    revision: int = 1,
    at: datetime | None = None,
) -> SessionAttended:
    """So much of a session counts, of so many facts."""
    return SessionAttended(
        edition=EDITION,
        participant=PARTICIPANT,
        at=at or day(1, 20),
        session=name,
        seconds=int(hours * HOUR) if seconds is None else seconds,
        version=(revision, facts),
    )


def attended_module(name: str, *hours: float) -> list[Event]:
    """So many hours on each day of a module."""
    return [attended(f"{name}-d{number}", each) for number, each in enumerate(hours, start=1)]


def excused(name: str, at: datetime | None = None) -> AbsenceExcused:
    """A session is excused."""
    return AbsenceExcused(
        edition=EDITION,
        participant=PARTICIPANT,
        at=at or day(6),
        session=name,
        correction=f"excuse-{name}",
        actor="office-1",
    )


def _attempt(
    name: str, attempt: int, score: str, facts: int, at: datetime | None
) -> dict[str, Any]:
    return {
        "edition": EDITION,
        "participant": PARTICIPANT,
        "at": at or day(15),
        "module": name,
        "attempt": attempt,
        "score": Decimal(score),
        "recorded_score": Decimal(score),
        "taken_at": day(15),
        "version": (1, facts),
    }


def passed(
    name: str, score: str = "80", *, attempt: int = 1, facts: int = 1, at: datetime | None = None
) -> TestPassed:
    """An attempt reached the pass mark."""
    return TestPassed(**_attempt(name, attempt, score, facts, at))


def failed(
    name: str,
    score: str = "40",
    *,
    attempt: int = 1,
    facts: int = 1,
    at: datetime | None = None,
    because: Literal["below_pass_mark", "over_limit"] = "below_pass_mark",
) -> TestFailed:
    """An attempt did not, or was one too many."""
    return TestFailed(**_attempt(name, attempt, score, facts, at), because=because)


def annulled(
    name: str, score: str = "80", *, attempt: int = 1, facts: int = 2, at: datetime | None = None
) -> TestAnnulled:
    """An attempt no longer counts."""
    return TestAnnulled(**_attempt(name, attempt, score, facts, at))


def everything(*, m1: Sequence[float] = (4, 4, 4, 4), score: str = "80") -> list[Event]:
    """The facts of somebody who meets every requirement."""
    return [
        selected(),
        *attended_module("m1", *m1),
        *attended_module("m2", 4, 4, 4, 4),
        passed("m1", score),
        passed("m2"),
    ]


@dataclass
class Life:
    """What is known of one participant, what was heard for it, and everything that was decided.

    `hear` folds and then decides, as the reactor does for a batch; every state passes through
    the store's form on the way.
    """

    state: State = field(default_factory=lambda: State(EDITION, PARTICIPANT))
    programme: Programme | None = None
    person: Person | None = None
    heard: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    journal: list[Event] = field(default_factory=list)

    def hear(self, *events: Event) -> list[Event]:
        """Fold these facts, and decide; what was decided."""
        for event in events:
            self.fold(event)
        self.heard += events
        return self.settle()

    def settle(self) -> list[Event]:
        """Decide, as far as the edition is known; what was decided."""
        if self.programme is None:
            return []
        state, decided = settle(self.state, self.programme, self.person, NAMING)
        self.state = decode(encode(state))
        said = [event for event in decided if not event.TOPIC.private]
        self.events += said
        self.journal += [event for event in decided if event.TOPIC.private]
        return said

    def order(self, command: Command) -> list[Event]:
        """Carry out a command as the runtime does; what came of it."""
        events = decide(command, self.state, self.programme, self.person, NAMING)
        self.events += events
        for event in events:
            self.fold(event)
        return [*events, *self.settle()] if events else []

    def erase(self) -> list[Event]:
        """The person is erased."""
        self.person = None
        return self.settle()

    def assess(self) -> Assessment:
        """What the facts come to."""
        assert self.programme is not None
        return assess(self.state, self.programme)

    def fold(self, event: Event) -> None:
        """Learn one fact, and decide nothing yet."""
        match event:
            case EditionPublished():
                self.programme = on_edition_published(self.programme, event)
            case EditionClosed():
                self.programme = on_edition_closed(self.programme, event)
            case PersonRecorded():
                self.person = on_person_recorded(self.person, event)
            case _:
                self.state = HANDLERS[type(event)](self.state, event)


def graduate(**changes: Any) -> Life:
    """Somebody whose certificate was issued when the edition, with changes, was closed."""
    life = Life()
    life.hear(published(**changes), recorded(), *everything())
    life.hear(closed())
    return life


def types(events: Sequence[Event]) -> list[str]:
    """What happened, by name."""
    return [type(event).__name__ for event in events]
