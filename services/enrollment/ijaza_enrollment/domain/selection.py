"""Who gets a seat: *Selection* of the rules of an edition's files, as pure functions.

The order of the applicants is made once and kept as entries. Seats are given, and departures
applied, on those entries alone: no column of an application is looked at again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from ijaza_contracts.edition import Preference, Selection

from ijaza_enrollment.domain.entries import Candidate, Departure, Entry
from ijaza_enrollment.domain.seats import Seats


def run_selection(
    rule: Selection | None, candidates: Iterable[Candidate], departures: Sequence[Departure]
) -> list[Entry]:
    """The whole selection at once: every applicant's entry after all departures, in order.

    Without a rule everybody is on a roster: "all are selected, with no rank, and leave in the
    same way".
    """
    ordered = roster(candidates) if rule is None else ranking(candidates, rule)
    return depart(rule, settle(rule, ordered), departures, 0)


def ranking(candidates: Iterable[Candidate], rule: Selection) -> list[Entry]:
    """The order of the applicants, and after them those who fail `require`, by ref.

    "Order the rest by the classes of `prefer`, then `applied_at`, then `ref` by code point; the
    place in this order, from 1, is the rank of each, selected or not."
    """
    passing: list[Candidate] = []
    failing: list[tuple[str, Entry]] = []
    for candidate in candidates:
        fails = _fails(candidate, rule)
        if fails is None:
            passing.append(candidate)
        else:
            failing.append((candidate.ref, Entry(candidate.participant, fails=fails)))
    passing.sort(key=lambda candidate: _place(candidate, rule.prefer))
    failing.sort(key=lambda pair: pair[0])
    numbers: list[dict[str, int]] = [{} for _ in rule.at_most]
    ranked = [
        Entry(candidate.participant, rank, _groups(candidate, rule, numbers))
        for rank, candidate in enumerate(passing, start=1)
    ]
    return ranked + [entry for _, entry in failing]


def roster(candidates: Iterable[Candidate]) -> list[Entry]:
    """The order in which a roster is numbered: by ref."""
    return [Entry(one.participant) for one in sorted(candidates, key=lambda one: one.ref)]


def settle(rule: Selection | None, entries: Sequence[Entry]) -> list[Entry]:
    """Give seats to the entries that are not settled yet; on a roster to all of them.

    "Walk down the order, passing over whoever would break an `at_most`, until `capacity` are
    selected; everybody else is waitlisted, in the order." Entries that are settled stand in front
    and stay as they are, so that this can be interrupted after any of them and go on.
    """
    if rule is None:
        return [_numbered(entry, number) for number, entry in enumerate(entries, start=1)]
    seats = Seats(rule, entries)
    settled = list(entries)
    for position, number in seats.fill():
        settled[position] = settled[position]._replace(number=number, selected_by=0)
    return [
        entry if entry.settled else entry._replace(settled=True, because=_because(entry, seats))
        for entry in settled
    ]


def depart(
    rule: Selection | None, entries: Sequence[Entry], departures: Sequence[Departure], done: int
) -> list[Entry]:
    """The entries after `departures`, the first of which is the departure number `done` + 1.

    "A departed person is withdrawn for good, whether selected or waitlisted before, and keeps
    the rank (the declined stay declined). After each departure up to `promote_until` the free
    places are filled in the same way from the waiting list." After each: also after that of
    somebody who held no seat.
    """
    after = list(entries)
    positions = {entry.participant: position for position, entry in enumerate(after)}
    seats = None if rule is None else Seats(rule, entries)
    for index, departure in enumerate(departures, start=done + 1):
        position = positions[departure.participant]
        leaving = after[position]
        if leaving.outcome in ("selected", "waitlisted"):
            after[position] = leaving._replace(left_by=index)
            if seats:
                seats.leave(position, held_seat=leaving.number is not None)
        if rule and seats and departure.at <= rule.promote_until:
            for place, number in seats.fill():
                after[place] = after[place]._replace(number=number, selected_by=index)
    return after


def in_order(decided: Iterable[Departure], corrected: Iterable[Departure]) -> list[Departure]:
    """Departures in the order of an edition's files; their `participant` is the ref here.

    "Those of decisions.csv (`decline`, `withdraw`) by (at, participant, decision), after them
    those of corrections.csv (`withdraw`) by (at, participant)"; of several corrections of one
    participant "the one with the latest `at` stands, of equal ones the one further down".
    """
    standing: dict[str, Departure] = {}
    for departure in corrected:
        other = standing.get(departure.participant)
        if other is None or departure.at >= other.at:
            standing[departure.participant] = departure
    return [
        *sorted(decided, key=lambda one: (one.at, one.participant, one.kind)),
        *sorted(standing.values(), key=lambda one: (one.at, one.participant)),
    ]


def _fails(candidate: Candidate, rule: Selection) -> str | None:
    """The first column of `require` that is not met; a missing column counts as empty."""
    for column, accepted in rule.require.items():
        if candidate.columns.get(column, "") not in accepted:
            return column
    return None


def _place(
    candidate: Candidate, preferences: Sequence[Preference]
) -> tuple[list[int], datetime, str]:
    classes = [_class(candidate.columns.get(one.column, ""), one) for one in preferences]
    return classes, candidate.applied_at, candidate.ref


def _class(value: str, preference: Preference) -> int:
    """The class of a value, best first: "a value in none comes last"."""
    for index, values in enumerate(preference.order):
        if value in values:
            return index
    return len(preference.order)


def _groups(
    candidate: Candidate, rule: Selection, numbers: Sequence[dict[str, int]]
) -> tuple[int, ...]:
    """The candidate's value in each limit's column, as a number that tells nothing of it."""
    values = (candidate.columns.get(limit.per, "") for limit in rule.at_most)
    return tuple(
        known.setdefault(value, len(known)) for known, value in zip(numbers, values, strict=True)
    )


def _numbered(entry: Entry, number: int) -> Entry:
    """A roster's entry; one that has its number already is at that place, for none ever moves."""
    if entry.settled:
        return entry
    return entry._replace(settled=True, number=number, selected_by=0)


def _because(entry: Entry, seats: Seats) -> str:
    """Why somebody waits: the limit that stands in the way, or that no seat is free."""
    if not entry.waiting:
        return ""
    limit = seats.limit_reached(entry.groups)
    return f"at_most:{limit}" if limit else "capacity"
