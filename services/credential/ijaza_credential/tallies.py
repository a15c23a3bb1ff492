"""How many of an edition stand where, told at any size of it while the event loop goes on.

What a participant came to is kept in memory, and found out again only when it can be another: a
document was written, a person's record, the edition's rules or its closing changed, or a session
ended. It is derived from documents and tables alone, so nothing of it can be lost or go wrong.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ijaza_runtime.commands import Commands
from ijaza_runtime.references import References
from ijaza_runtime.store import Heading, Store
from ijaza_runtime.together import Together

from ijaza_credential.domain.graduation import Place, Tally, candidate, sessions_to_come, tally
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import EDITIONS, PEOPLE
from ijaza_credential.storage import COLLECTION

HEADINGS = 2_000
"""Headings that are read at once."""
AT_ONCE = 50
"""Participants looked at between two turns of the event loop: some 6 ms."""


class _Kept(NamedTuple):
    """Where a participant stands, None without a seat, as of a document's and a person's version.

    Of a person of whom nothing is recorded the version is 0.
    """

    document: int
    person: int
    place: Place | None


class _Edition:
    """One edition, as of the last look."""

    def __init__(
        self,
        edition: str,
        commands: Commands[State, Programme, Person],
        references: References,
        store: Store,
    ) -> None:
        self._edition = edition
        self._commands = commands
        self._references = references
        self._store = store
        self._kept: dict[str, _Kept] = {}
        self._rests_on: tuple[str, int] | None = None

    async def look(self, asked: Sequence[datetime]) -> Sequence[Tally]:
        """The tally as of the latest of these times, for each of those who asked."""
        programme, now = self._references.all(EDITIONS)[self._edition], max(asked)
        rests_on = (programme.stamp, sessions_to_come(programme, now))
        if rests_on != self._rests_on:
            self._kept, self._rests_on = {}, rests_on
        gone, outdated = await self._compare()
        for participant in gone:
            del self._kept[participant]
        for start in range(0, len(outdated), AT_ONCE):
            await self._read(outdated[start : start + AT_ONCE], programme, now)
        places = (kept.place for kept in self._kept.values() if kept.place is not None)
        return [tally(programme.revision, places)] * len(asked)

    async def _compare(self) -> tuple[set[str], list[Heading]]:
        """Who is there no more, and whose document or person is another than what is kept."""
        gone, outdated = set(self._kept), []
        after = ""
        while page := await self._store.headings(
            COLLECTION, scope=self._edition, after=after, most=HEADINGS
        ):
            gone.difference_update(each.key for each in page)
            outdated += [each for each in page if self._is_outdated(each)]
            after = page[-1].key
        return gone, outdated

    def _is_outdated(self, heading: Heading) -> bool:
        kept = self._kept.get(heading.key)
        return kept is None or kept[:2] != (heading.version, self._person_version(heading.key))

    async def _read(self, headings: Sequence[Heading], programme: Programme, now: datetime) -> None:
        states = await self._commands.read_many([each.key for each in headings])
        for each in headings:
            # One that was written since the headings were read is looked at again next time.
            if (state := states.get(each.key)) is not None:
                person = self._references.get(PEOPLE, each.key)
                found = candidate(state, programme, person, now)
                self._kept[each.key] = _Kept(
                    each.version, person.version if person else 0, found.place if found else None
                )

    def _person_version(self, participant: str) -> int:
        person = self._references.get(PEOPLE, participant)
        return person.version if person else 0


class Tallies:
    """Counts the candidates of editions, one look at a time for all who ask meanwhile."""

    def __init__(
        self,
        commands: Commands[State, Programme, Person],
        references: References,
        store: Store,
    ) -> None:
        self._commands = commands
        self._references = references
        self._store = store
        self._editions: dict[str, Together[datetime, Tally]] = {}

    async def of(self, edition: str, now: datetime) -> Tally:
        """How many stand where at `now`, or at a later time that somebody else asks for.

        The edition has to be known by the tables.
        """
        if edition not in self._editions:
            looking = _Edition(edition, self._commands, self._references, self._store)
            self._editions[edition] = Together(looking.look)
        return await self._editions[edition].add(now)
