"""What is derived of everybody in an edition, made again only for whom something changed."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State
from ijaza_attendance.handlers import PEOPLE
from ijaza_attendance.storage import COLLECTION, decode

T = TypeVar("T")

MOST_EDITIONS = 32
"""Editions that are kept in memory; the one that nobody asked for longest goes first."""

_PAGE = 500

Derive = Callable[[State, Programme, Person | None], T]

_Basis = tuple[int, int, int]
"""What a value rests on: the versions of document, edition and name."""


class _Known(NamedTuple, Generic[T]):
    bases: Mapping[str, _Basis]
    values: Mapping[str, T]


class Roster(Generic[T]):
    """Reads the headings of an edition's documents, and those documents alone that changed."""

    def __init__(self, derive: Derive[T], *, references: References, store: Store) -> None:
        self._derive = derive
        self._references = references
        self._store = store
        self._editions: OrderedDict[str, _Known[T]] = OrderedDict()

    async def of(self, programme: Programme) -> Mapping[str, T]:
        """By participant, in their order; the very same mapping while nothing has changed."""
        known = self._editions.get(programme.edition) or _Known[T]({}, {})
        bases = await self._bases(programme)
        if bases != known.bases:
            known = await self._read(programme, bases, known)
        self._editions[programme.edition] = known
        self._editions.move_to_end(programme.edition)
        if len(self._editions) > MOST_EDITIONS:
            self._editions.popitem(last=False)
        return known.values

    async def _bases(self, programme: Programme) -> dict[str, _Basis]:
        bases: dict[str, _Basis] = {}
        after = ""
        while headings := await self._store.headings(
            COLLECTION, scope=programme.edition, after=after, most=_PAGE
        ):
            for each in headings:
                bases[each.key] = self._basis(each.key, each.version, programme)
            after = headings[-1].key
            if len(headings) < _PAGE:
                break
        return bases

    async def _read(
        self, programme: Programme, bases: Mapping[str, _Basis], known: _Known[T]
    ) -> _Known[T]:
        same = {key for key, basis in bases.items() if known.bases.get(key) == basis}
        changed = [key for key in bases if key not in same]
        values = {key: known.values[key] for key in same}
        now = {key: bases[key] for key in same}
        for start in range(0, len(changed), _PAGE):
            page = changed[start : start + _PAGE]
            for key, document in (await self._store.load(COLLECTION, page)).items():
                now[key] = self._basis(key, document.version, programme)
                values[key] = self._derive(decode(document.body), programme, self._person(key))
        return _Known(now, {key: values[key] for key in bases if key in values})

    def _basis(self, key: str, version: int, programme: Programme) -> _Basis:
        person = self._person(key)
        return (version, programme.revision, person.version if person else 0)

    def _person(self, key: str) -> Person | None:
        return self._references.get(PEOPLE, key)
