"""What credential needs of an edition: its newest revision, made ready for many decisions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from ijaza_contracts import edition as contract
from ijaza_contracts.credential import CertificateKind
from ijaza_contracts.enrollment import EditionClosed, EditionPublished

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
"""Before every recorded time."""

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session. `seconds` is what of it is taught: the session less its breaks."""

    session: str
    end: datetime
    seconds: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Test:
    """A module's test."""

    pass_mark: Decimal
    max_score: Decimal
    attempts: int


@dataclass(frozen=True, slots=True)
class Module:
    """A module.

    `taught` has the sessions that are not cancelled with their seconds, whose sum is `scheduled`.
    """

    id: str
    title: Text
    sittings: tuple[Sitting, ...]
    taught: tuple[tuple[str, int], ...]
    scheduled: int
    test: Test | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is to be attended of every module: a share of what is scheduled, and seconds.

    A bound that is not given is 0: it asks for nothing.
    """

    share: Fraction
    seconds: Fraction


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that the edition gives, and what it asks for.

    `bounds` is None if it asks for no attendance, `tests` whether all tests are to be passed.
    """

    id: str
    kind: CertificateKind
    title: Text
    bounds: Bounds | None
    tests: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """An edition's rules by its newest revision, and whether it is closed.

    `revision` 0 means that only its closing is known so far: nothing can be decided yet.
    `revised_at` is the time of a revision after the first; before it, nothing can have been
    decided under it. `certificates` are best first.
    """

    edition: str
    revision: int = 0
    revised_at: datetime = BEGINNING
    closed_at: datetime | None = None
    zone: tzinfo = UTC
    modules: tuple[Module, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    on_approval: bool = False
    approvers: int = 1
    propose: bool = False

    @property
    def stamp(self) -> str:
        """Changes with the revision, and when the edition is closed."""
        closed = self.closed_at.isoformat() if self.closed_at else "open"
        return f"{self.revision}/{closed}"


def on_edition_published(current: Programme | None, event: EditionPublished) -> Programme:
    """The newest revision stands, whatever the order of arrival, closed or not."""
    if current is not None and current.revision >= event.revision:
        return current
    definition = event.definition
    return Programme(
        edition=event.edition,
        revision=event.revision,
        revised_at=event.at if event.revision > 1 else BEGINNING,
        closed_at=current.closed_at if current else None,
        zone=ZoneInfo(definition.timezone),
        modules=tuple(_module(each) for each in definition.modules),
        certificates=tuple(certificate_of(each) for each in definition.certificates),
        on_approval=definition.issue == "on_approval",
        approvers=definition.approvers,
        propose=definition.on_change == "propose",
    )


def on_edition_closed(current: Programme | None, event: EditionClosed) -> Programme:
    """An edition is closed once; should it be said twice, the earlier time stands."""
    known = current or Programme(edition=event.edition)
    if known.closed_at is not None and known.closed_at <= event.at:
        return known
    return replace(known, closed_at=event.at)


def _module(module: contract.Module) -> Module:
    sittings = tuple(
        Sitting(each.id, each.end, taught_seconds(each), each.cancelled) for each in module.sessions
    )
    taught = tuple((each.session, each.seconds) for each in sittings if not each.cancelled)
    test = module.test
    return Module(
        id=module.id,
        title=module.title,
        sittings=sittings,
        taught=taught,
        scheduled=sum(seconds for _, seconds in taught),
        test=Test(test.pass_mark, test.max_score, test.attempts) if test else None,
    )


def certificate_of(certificate: contract.Certificate) -> Certificate:
    """A certificate of an edition, its bounds made exact."""
    asked = certificate.requires.attendance
    bounds = None
    if asked is not None:
        bounds = Bounds(
            share=Fraction(asked.min_percent or 0) / 100,
            seconds=Fraction(asked.min_hours or 0) * 3600,
        )
    return Certificate(
        id=certificate.id,
        kind=certificate.kind,
        title=certificate.title,
        bounds=bounds,
        tests=certificate.requires.tests == "all_passed",
    )


def taught_seconds(session: contract.Session) -> int:
    """The seconds of a session less its breaks, which may overlap or reach beyond it."""
    left = _seconds(session.start, session.end)
    reached = session.start
    for start, end in _in_order(session.breaks):
        since, until = max(start, reached), min(end, session.end)
        if since < until:
            left -= _seconds(since, until)
            reached = until
    return left


def _in_order(breaks: Iterable[contract.Interval]) -> list[tuple[datetime, datetime]]:
    return sorted((each.start, each.end) for each in breaks)


def _seconds(start: datetime, end: datetime) -> int:
    return (end - start) // timedelta(seconds=1)
