"""Small editions and facts for the tests of assessment, in the words of the field."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ijaza_assessment.domain.commands import (
    AnnulAttempt,
    Command,
    CorrectScore,
    RecordResult,
    decide,
)
from ijaza_assessment.domain.programme import Programme, on_edition_published
from ijaza_assessment.domain.settle import settle
from ijaza_assessment.domain.state import State
from ijaza_assessment.handlers import FOLD, HANDLERS
from ijaza_contracts import edition as terms
from ijaza_contracts.assessment import AttemptEvent
from ijaza_contracts.enrollment import EditionPublished, ParticipantSelected
from ijaza_contracts.envelope import Event

EDITION = "mg-4"
PARTICIPANT = "p1"
FIRST_DAY = datetime(2019, 12, 18, tzinfo=UTC)


def at(clock: str, day: int = 1) -> datetime:
    """A time like 16:00 on the day of the first test, or a later one."""
    hours, minutes = map(int, clock.split(":"))
    return FIRST_DAY + timedelta(days=day - 1, hours=hours, minutes=minutes)


def edition(
    *, mark: str = "60", attempts: int = 2, tests: str = "m1 m2", revision: int = 1
) -> EditionPublished:
    """A revision with modules m1, m2 and m3; those named in `tests` have one, of 100 points."""
    test = terms.Test(pass_mark=Decimal(mark), max_score=Decimal(100), attempts=attempts)
    definition = terms.Edition(
        id=EDITION,
        title={"en": "Migration governance"},
        timezone="UTC",
        languages=("en",),
        issuer=terms.Issuer(did_host="certificates.example.org", name={"en": "Office"}),
        organisers=(),
        place=terms.Place(name={"en": "Campus"}),
        modules=tuple(
            terms.Module(
                id=module,
                title={"en": "Module"},
                sessions=(),
                test=test if module in tests.split() else None,
            )
            for module in ("m1", "m2", "m3")
        ),
        certificates=(terms.Certificate(id="c", kind="completion", title={"en": "Certificate"}),),
    )
    return EditionPublished(
        edition=EDITION,
        at=FIRST_DAY - timedelta(days=30 - revision),
        revision=revision,
        definition=definition,
    )


def programme(
    *, mark: str = "60", attempts: int = 2, tests: str = "m1 m2", revision: int = 1
) -> Programme:
    """What assessment knows of such a revision."""
    published = edition(mark=mark, attempts=attempts, tests=tests, revision=revision)
    return on_edition_published(None, published)


def selected() -> ParticipantSelected:
    """The participant has a seat."""
    return ParticipantSelected(
        edition=EDITION, participant=PARTICIPANT, at=FIRST_DAY, number=1, via="ranking", rank=1
    )


def result(
    score: str, *, attempt: int = 1, module: str = "m1", taken_at: datetime | None = None
) -> RecordResult:
    """An examiner records a result; unless said, taken at 20:00 of the attempt's own day."""
    return RecordResult(
        module=module,
        attempt=attempt,
        score=Decimal(score),
        taken_at=taken_at or at("20:00", attempt),
    )


def score(
    value: str, *, attempt: int = 1, correction: str = "c1", time: datetime | None = None
) -> CorrectScore:
    """The office corrects a score of m1."""
    return CorrectScore(
        module="m1",
        attempt=attempt,
        score=Decimal(value),
        actor="staff-7",
        reason="question-withdrawn",
        at=time or at("09:00", 5),
        correction=correction,
    )


def annul(
    *, attempt: int = 1, correction: str = "a1", time: datetime | None = None
) -> AnnulAttempt:
    """The office annuls an attempt at m1."""
    return AnnulAttempt(
        module="m1",
        attempt=attempt,
        actor="staff-7",
        reason="impersonation",
        at=time or at("10:00", 5),
        correction=correction,
    )


def folded(*events: Event, state: State | None = None) -> State:
    """The state after these events, and before any decision."""
    folded = FOLD.begin(EDITION, PARTICIPANT) if state is None else state
    for event in events:
        folded = HANDLERS[type(event)](folded, event)
    return folded


def carried_out(
    rules: Programme, *commands: Command, state: State | None = None
) -> tuple[State, list[AttemptEvent]]:
    """The state of somebody selected after these commands, and what was published."""
    state = folded(selected()) if state is None else state
    published: list[AttemptEvent] = []
    for command in commands:
        events = decide(command, state, rules)
        state, more = settle(folded(*events, state=state), rules)
        published.extend(events)
        published.extend(more)
    return state, published
