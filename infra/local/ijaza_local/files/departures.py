"""Who leaves, in the order in which enrollment is told, and who ever takes part."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import inf
from typing import Literal

from ijaza_contracts.edition import Selection
from ijaza_enrollment.domain.applicants import candidate
from ijaza_enrollment.domain.commands import Application
from ijaza_enrollment.domain.entries import Departure
from ijaza_enrollment.domain.selection import in_order, run_selection

from .model import Applicant, Correction, Decision

Source = Literal["decisions", "corrections"]


def departure_key(source: Source, participant: str, kind: str, at: datetime) -> str:
    """What one departure is known by from run to run."""
    return json.dumps([source, participant, kind, at.isoformat()], ensure_ascii=False)


def departures_in_order(
    decisions: Iterable[Decision],
    corrections: Iterable[Correction],
    earlier: Mapping[str, int] | None = None,
) -> list[Departure]:
    """Every departure once, with its key as `id` and the ref as `participant`.

    "Those of decisions.csv (`decline`, `withdraw`) by (at, participant, decision), after them
    those of corrections.csv (`withdraw`) by (at, participant); in a later run new ones after all
    earlier ones." `earlier` gives, by key, when those were taken that earlier runs took: a number
    for each run, or a place for each departure; equal numbers are ordered as one run orders them.
    Of several withdrawals of one person in corrections.csv the one with the latest `at` stands;
    one that was taken before a later one came has had its effect, and stays.
    """
    before = earlier or {}
    runs: dict[float, tuple[list[Departure], list[Departure]]] = {}
    for place, of_file in enumerate((_of_decisions(decisions), _of_corrections(corrections))):
        for departure in of_file:
            run = runs.setdefault(before.get(departure.id, inf), ([], []))
            run[place].append(departure)
    ordered: dict[str, Departure] = {}
    corrected: list[Departure] = []
    for number in sorted(runs):
        decided, further = runs[number]
        corrected += further
        for departure in in_order(decided, corrected):
            ordered.setdefault(departure.id, departure)
    return list(ordered.values())


def ever_taking_part(
    rule: Selection | None, applicants: Iterable[Applicant], departures: Iterable[Departure]
) -> frozenset[str]:
    """The refs of who is "selected at any time, or on the roster"."""
    candidates = (candidate(one.ref, application_of(one)) for one in applicants)
    entries = run_selection(rule, candidates, list(departures))
    return frozenset(entry.participant for entry in entries if entry.number is not None)


def application_of(applicant: Applicant) -> Application:
    """An applicant's row as enrollment takes it."""
    return Application(
        ref=applicant.ref,
        name_en=applicant.name_en,
        name_ar=applicant.name_ar,
        email=applicant.email,
        applied_at=applicant.applied_at,
        nominated_by=applicant.nominated_by,
        attributes=applicant.attributes,
    )


def _of_decisions(decisions: Iterable[Decision]) -> list[Departure]:
    return [
        Departure(
            id=departure_key("decisions", row.participant, row.decision, row.at),
            participant=row.participant,
            kind=row.decision,
            at=row.at,
            actor=row.actor,
            note=row.reason,
        )
        for row in decisions
        if row.decision != "accept"
    ]


def _of_corrections(corrections: Iterable[Correction]) -> list[Departure]:
    return [
        Departure(
            id=departure_key("corrections", row.participant, "withdraw", row.at),
            participant=row.participant,
            kind="withdraw",
            at=row.at,
            actor=row.actor,
            note=row.reason,
        )
        for row in corrections
        if row.kind == "withdraw"
    ]
