"""A selection under way: how far it is, so that it can be interrupted anywhere and go on.

A run and the pages of its entries are separate documents. Every step first says in the run what
is begun, then writes the pages in their order, then says in the run that it is done. A step that
was cut off is taken again and gives the same: ordering starts afresh, seating goes on down the
order where it stopped, and departures are applied to the entries `as_of` the last one done.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ijaza_contracts.edition import Selection
from ijaza_contracts.enrollment import (
    ParticipantDeclined,
    ParticipantSelected,
    ParticipantWaitlisted,
    ParticipantWithdrawn,
)
from ijaza_contracts.envelope import Event

from ijaza_enrollment.domain.editions import same_order
from ijaza_enrollment.domain.entries import Departure, Entry, Outcome


@dataclass(frozen=True, slots=True)
class Run:
    """The selection of one edition.

    `rule` is the one that the step under way is taken by, None on a roster. `ordering`: the
    entries after the first `settled` are being written in their order; `seating`: they get their
    outcomes, as of `at`; `settled`: all have one. The first `applied` of `departures` are.
    """

    edition: str
    rule: Selection | None
    at: datetime
    actor: str
    phase: Literal["ordering", "seating", "settled"] = "ordering"
    settled: int = 0
    departures: tuple[Departure, ...] = ()
    applied: int = 0

    @property
    def resting(self) -> bool:
        """Whether nothing is under way."""
        return self.phase == "settled" and self.applied == len(self.departures)

    @property
    def latest(self) -> datetime:
        """The time of the latest fact that bears on the selection."""
        return max((self.at, *(departure.at for departure in self.departures)))


@dataclass(frozen=True, slots=True)
class Page:
    """Consecutive entries of a selection."""

    edition: str
    index: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an applicant, in words for the office: `note` is a person's own text."""

    participant: str
    outcome: Outcome
    rank: int | None
    number: int | None
    reason: str
    note: str


def rule_now(run: Run, published: Selection | None) -> Selection | None:
    """The rule for departures: the edition's newest, as far as it fits the order that was made."""
    return published if same_order(run.rule, published) else run.rule


def result_of(run: Run, entry: Entry) -> Result:
    """An entry as others see it."""
    left = None if entry.left_by is None else run.departures[entry.left_by - 1]
    return Result(
        participant=entry.participant,
        outcome=entry.outcome,
        rank=entry.rank,
        number=entry.number,
        reason=left.kind if left else _reason(entry),
        note=left.note if left else "",
    )


def events_between(run: Run, before: Entry, after: Entry) -> list[Event]:
    """What happened to an applicant between two states of the entry."""
    events: list[Event] = []
    if after.number is not None and before.number is None:
        events.append(_selected(run, after, after.number))
    elif after.settled and not before.settled:
        events.append(_not_selected(run, after))
    if after.left_by is not None and before.left_by is None:
        events.append(_withdrawn(run, after, run.departures[after.left_by - 1]))
    return events


def _selected(run: Run, entry: Entry, number: int) -> ParticipantSelected:
    promoted = run.departures[entry.selected_by - 1] if entry.selected_by else None
    if promoted:
        return ParticipantSelected(
            edition=run.edition,
            participant=entry.participant,
            at=promoted.at,
            number=number,
            rank=entry.rank,
            via="promotion",
        )
    return ParticipantSelected(
        edition=run.edition,
        participant=entry.participant,
        at=run.at,
        number=number,
        rank=entry.rank,
        via="roster" if run.rule is None else "ranking",
    )


def _not_selected(run: Run, entry: Entry) -> ParticipantDeclined | ParticipantWaitlisted:
    if entry.rank is None:
        return ParticipantDeclined(
            edition=run.edition,
            participant=entry.participant,
            at=run.at,
            because=_reason(entry),
        )
    return ParticipantWaitlisted(
        edition=run.edition,
        participant=entry.participant,
        at=run.at,
        rank=entry.rank,
        because=entry.because,
    )


def _withdrawn(run: Run, entry: Entry, departure: Departure) -> ParticipantWithdrawn:
    return ParticipantWithdrawn(
        edition=run.edition,
        participant=entry.participant,
        at=departure.at,
        actor=departure.actor,
        because=departure.kind,
    )


def _reason(entry: Entry) -> str:
    if entry.fails:
        return f"require:{entry.fails}"
    return entry.because if entry.waiting else ""
