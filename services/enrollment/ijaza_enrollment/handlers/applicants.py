"""Applicants: who applied, their names, and their erasure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ijaza_contracts.identity import participant_id
from ijaza_contracts.topics import PEOPLE
from ijaza_runtime.bus import Record
from ijaza_runtime.errors import Conflicting, Invalid, NotKnown
from ijaza_runtime.outbox import records_of

from ijaza_enrollment.domain.applicants import (
    Applicant,
    applicant,
    candidate,
    erased,
    recorded,
    renamed,
    submitted,
)
from ijaza_enrollment.domain.commands import Application, Apply, ErasePerson, RenamePerson
from ijaza_enrollment.domain.entries import Candidate
from ijaza_enrollment.domain.run import Run
from ijaza_enrollment.handlers.editions import not_known
from ijaza_enrollment.storage import Change, Shelves

Decided = Change[Applicant] | None


class Applicants:
    """Carries out the commands on applicants, and answers who one is."""

    def __init__(self, shelves: Shelves, secret: bytes) -> None:
        self._shelves = shelves
        self._secret = secret

    def id_of(self, edition: str, ref: str) -> str:
        """The participant's id of the person whom the office knows as `ref` in an edition."""
        return participant_id(self._secret, edition, ref)

    async def get(self, edition: str, participant: str) -> Applicant:
        """One applicant of an edition. Raises `NotKnown`."""
        kept = await self._shelves.applicants.get(participant)
        return _of_edition(edition, participant, kept.state if kept else None)

    async def known(self, participants: Sequence[str]) -> dict[str, Applicant]:
        """Those applicants that exist, by participant."""
        kept = await self._shelves.applicants.load(participants)
        return {key: one.state for key, one in kept.items()}

    async def apply(self, command: Apply) -> list[Applicant]:
        """Record applications, one result for each, in their order.

        The same content again changes nothing, and so does an application of somebody who was
        erased. Raises `NotKnown` for an unknown edition, and `Conflicting` naming every
        application that is recorded with another content, or that comes after the selection.

        An application that arrives in the very moment in which the selection begins can be
        recorded without being considered: it then has no outcome.
        """
        edition = command.edition
        run = await self._check_edition(edition)
        ids = [self.id_of(edition, one.ref) for one in command.applications]
        first = _first_of_each(ids, command.applications)
        stored = await self.known(list(first))
        _check(first, stored, _too_late(edition, run))

        def decide(participant: str, state: Applicant | None) -> Decided:
            if state is not None:
                return None
            new = applicant(edition, participant, first[participant])
            return Change(new, new.latest, records_of(submitted(new, first[participant])))

        states = await self._shelves.applicants.update(list(first), decide)
        return [states[participant] for participant in ids]

    async def rename(self, commands: Sequence[RenamePerson]) -> list[Applicant]:
        """Correct names, one result for each command, in their order.

        A rename whose id is recorded changes nothing, and so does one of somebody who was
        erased. Raises `NotKnown`, and `Invalid` for an empty name.
        """
        by_person: dict[str, list[RenamePerson]] = {}
        for command in commands:
            if not command.value.strip():
                raise Invalid(
                    "name-empty", f"correction {command.correction}: {command.target} is empty"
                )
            by_person.setdefault(command.participant, []).append(command)

        def decide(participant: str, state: Applicant | None) -> Decided:
            renames = by_person[participant]
            known = _of_edition(renames[0].edition, participant, state)
            after = renamed(known, renames)
            if after.application is None or after == known:
                return None
            said = recorded(after, after.application)
            return Change(after, after.latest, records_of([said]))

        states = await self._shelves.applicants.update(list(by_person), decide)
        return [states[command.participant] for command in commands]

    async def erase(self, command: ErasePerson) -> Applicant:
        """Forget a person: a tombstone tells every service to, and the outcome stays.

        Whoever is erased before the selection takes no part in it. Raises `NotKnown`.
        """

        def decide(participant: str, state: Applicant | None) -> Decided:
            known = _of_edition(command.edition, participant, state)
            if known.application is None:
                return None
            tombstone = Record(PEOPLE.name, participant, None, {})
            return Change(erased(known), known.latest, (tombstone,), forgets=True)

        person = command.participant
        states = await self._shelves.applicants.update([person], decide)
        await self._shelves.runs.update([command.edition], lambda _, run: _unnoted(run, person))
        return states[person]

    async def _check_edition(self, edition: str) -> Run | None:
        if await self._shelves.editions.get(edition) is None:
            not_known(edition)
        run = await self._shelves.runs.get(edition)
        return run.state if run else None


async def candidates(shelves: Shelves, edition: str) -> list[Candidate]:
    """Everybody who applied, without those who were erased."""
    return [
        candidate(kept.state.participant, kept.state.application)
        for kept in await shelves.applicants.scan(edition)
        if kept.state.application is not None
    ]


def _first_of_each(
    ids: Sequence[str], applications: Sequence[Application]
) -> dict[str, Application]:
    """Each participant's application. Raises `Conflicting` where a batch contradicts itself."""
    first: dict[str, Application] = {}
    for place, (participant, application) in enumerate(zip(ids, applications, strict=True), 1):
        if first.setdefault(participant, application) != application:
            raise Conflicting(
                "application-differs",
                f"application {place} of {len(ids)}: the same ref stands above with another "
                f"content; send one application for each person",
            )
    return first


def _check(wanted: dict[str, Application], stored: dict[str, Applicant], too_late: str) -> None:
    differing: list[int] = []
    late: list[int] = []
    for place, (participant, application) in enumerate(wanted.items(), start=1):
        known = stored.get(participant)
        if known is None and too_late:
            late.append(place)
        if known and known.application and known.application != application:
            differing.append(place)
    if differing:
        raise Conflicting(
            "application-differs",
            f"{_places(differing, len(wanted))} recorded with another content: what was submitted "
            f"cannot change; correct a name with a correction",
        )
    if late:
        raise Conflicting("selection-made", f"{_places(late, len(wanted))} new, but {too_late}")


def _too_late(edition: str, run: Run | None) -> str:
    if run is None or run.rule is None:
        return ""
    return (
        f"the selection of edition {edition} was made as of {run.at.isoformat()}: nobody can "
        f"apply any more"
    )


def _places(places: Iterable[int], of: int) -> str:
    return f"of {of} applications those at place {', '.join(map(str, places))} are"


def _of_edition(edition: str, participant: str, state: Applicant | None) -> Applicant:
    if state is None or state.edition != edition:
        raise NotKnown(
            "participant-not-known",
            f"nobody applied to edition {edition} under the id {participant}: check both",
        )
    return state


def _unnoted(run: Run | None, participant: str) -> Change[Run] | None:
    """The run without what was written down about a person's leaving."""
    if run is None:
        return None
    departures = tuple(
        replace(one, note="") if one.participant == participant else one for one in run.departures
    )
    if departures == run.departures:
        return None
    return Change(replace(run, departures=departures), run.latest, forgets=True)
