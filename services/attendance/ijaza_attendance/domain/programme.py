"""What attendance needs of an edition's newest revision, made ready for many scans."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ijaza_contracts.edition import Edition, Module, Session
from ijaza_contracts.enrollment import EditionPublished

from ijaza_attendance.domain.times import seconds_of

REACH = 3600
"""Seconds around a session in which a scan without one belongs to it (formats.md, *Scans*)."""

Span = tuple[int, int]
"""From a second to another one, the latter excluded."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session of the edition. `teaching` is the session less its breaks, in order.

    `title` is its module's, by language. What is assigned to it counts for `counts_for`: itself,
    or the session that it was merged into.
    """

    session: str
    counts_for: str
    module: str
    start: int
    end: int
    teaching: tuple[Span, ...]
    cancelled: bool
    title: Mapping[str, str]

    @property
    def scheduled(self) -> int:
        """Seconds of the session, less its breaks."""
        return sum(end - start for start, end in self.teaching)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the first certificate asks of every module's attendance; None where it asks nothing.

    Only to be told: whether it is met, credential decides.
    """

    min_percent: Decimal | None
    min_hours: Decimal | None


@dataclass(frozen=True, slots=True)
class Programme:
    """One revision of an edition: its sessions in their order, and how scans are read.

    `published_at` is the time of the revision; titles are by language.
    """

    edition: str
    title: Mapping[str, str]
    timezone: str
    revision: int
    published_at: int
    record: Literal["in-out", "in-only"]
    missing_out: Literal["review", "credit_to_end"]
    modules: tuple[str, ...]
    sittings: Mapping[str, Sitting]
    module_titles: Mapping[str, Mapping[str, str]]
    asked: Asked

    @property
    def stamp(self) -> str:
        """Changes with the revision: every slot may then count other seconds."""
        return str(self.revision)

    @property
    def latest_end(self) -> int:
        """The end of the last session that is held, in the times of this revision."""
        held = [each.end for each in self.sittings.values() if not each.cancelled]
        return max(held, default=self.published_at)

    def session_at(self, at: int) -> str:
        """The session that a scan without one counts for, empty if none is near.

        formats.md, *Scans*: "the one whose start − 60 min … end + 60 min, bounds included, holds
        the time (the nearest start; of equal ones the earlier in the edition)". A cancelled one
        too: "their scans are still assigned and reviewed"; one that was merged, for that one.
        """
        nearest, distance = "", -1
        for sitting in self.sittings.values():
            if sitting.start - REACH <= at <= sitting.end + REACH:
                away = abs(at - sitting.start)
                if distance < 0 or away < distance:
                    nearest, distance = sitting.counts_for, away
        return nearest

    def counted_with(self, session: str) -> tuple[str, ...]:
        """The sessions that count as one with this one, itself among them."""
        sitting = self.sittings.get(session)
        if sitting is None:
            return (session,)
        others = self.sittings.values()
        return tuple(each.session for each in others if each.counts_for == sitting.counts_for)


def on_edition_published(current: Programme | None, event: EditionPublished) -> Programme:
    """The newest revision stands, whatever the order of arrival."""
    if current is not None and current.revision >= event.revision:
        return current
    definition = event.definition
    return Programme(
        edition=event.edition,
        title=definition.title,
        timezone=definition.timezone,
        revision=event.revision,
        published_at=seconds_of(event.at),
        record=definition.attendance.record,
        missing_out=definition.attendance.missing_out,
        modules=tuple(module.id for module in definition.modules),
        sittings={
            session.id: _sitting(module, session)
            for module in definition.modules
            for session in module.sessions
        },
        module_titles={module.id: module.title for module in definition.modules},
        asked=_asked(definition),
    )


def _asked(definition: Edition) -> Asked:
    """formats.md, *Modules*: "nothing, if the first certificate asks for no attendance"."""
    first = next(iter(definition.certificates), None)
    attendance = first.requires.attendance if first else None
    if attendance is None:
        return Asked(None, None)
    return Asked(attendance.min_percent, attendance.min_hours)


def _sitting(module: Module, session: Session) -> Sitting:
    start, end = seconds_of(session.start), seconds_of(session.end)
    breaks = [(seconds_of(each.start), seconds_of(each.end)) for each in session.breaks]
    return Sitting(
        session=session.id,
        counts_for=session.merged_into or session.id,
        module=module.id,
        start=start,
        end=end,
        teaching=_without((start, end), breaks),
        cancelled=session.cancelled,
        title=module.title,
    )


def _without(whole: Span, breaks: list[Span]) -> tuple[Span, ...]:
    """What is left of a span, in order, when breaks, which may overlap, are taken out."""
    left: list[Span] = []
    reached, end = whole
    for since, until in sorted(breaks):
        if since > reached:
            left.append((reached, min(since, end)))
        reached = max(reached, until)
        if reached >= end:
            break
    if reached < end:
        left.append((reached, end))
    return tuple(left)
