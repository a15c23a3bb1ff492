"""What a kiosk works with while the network is down: its sessions, its people, what proves a pass.

A device is given what it keeps and nothing else: ids and display names of those who take part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import msgspec
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_attendance.domain.devices import Device
from ijaza_attendance.domain.inside import inside_since
from ijaza_attendance.domain.passes import standing
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.presence import assign
from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import instant
from ijaza_attendance.handlers import EDITIONS
from ijaza_attendance.registry import Registry
from ijaza_attendance.roster import Roster


class Titles(msgspec.Struct, frozen=True):
    """The same words in English and Arabic; empty where there are none."""

    en: str
    ar: str


class KeyCarried(msgspec.Struct, frozen=True):
    """A key that proves a pass."""

    key_id: str
    public_key: str


class SessionCarried(msgspec.Struct, frozen=True):
    """A session that the device keeps; its title is its module's.

    Its scans count for `counts_for`: itself, or what it was merged into.
    """

    session: str
    counts_for: str
    module: str
    title: Titles
    start: datetime
    end: datetime
    cancelled: bool


class PersonCarried(msgspec.Struct, frozen=True):
    """Somebody who takes part, or did until they withdrew."""

    participant: str
    number: int
    name_en: str
    name_ar: str
    withdrawn: bool


class EditionCarried(msgspec.Struct, frozen=True):
    """An edition. `passes` has the serials that stand by participant; `revoked` lists others."""

    edition: str
    title: Titles
    timezone: str
    record: str
    revision: int
    sessions: list[SessionCarried]
    roster: list[PersonCarried]
    passes: dict[str, list[str]]
    revoked: list[str]


class Inside(msgspec.Struct, frozen=True):
    """Somebody who is inside a session as far as the server knows."""

    edition: str
    participant: str
    session: str
    inside: bool
    since: datetime


class Contents(msgspec.Struct, frozen=True):
    """A bundle but for the time at which it was asked for."""

    device: str
    label: str
    keys: list[KeyCarried]
    editions: list[EditionCarried]
    attendance: list[Inside]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a bundle says of one person. Who does not take part is not `listed`."""

    person: PersonCarried
    listed: bool
    passes: list[str]
    revoked: list[str]
    inside: Mapping[str, int]


class Bundles:
    """Makes bundles. People are read again only when their documents or names changed."""

    def __init__(self, *, registry: Registry, references: References, store: Store) -> None:
        self._registry = registry
        self._references = references
        self._roster = Roster(_entry, references=references, store=store)

    async def contents(self, device: Device) -> bytes:
        """A device's bundle as JSON, the same bytes while nothing of it changes."""
        editions, inside = [], []
        for edition in sorted(device.scope):
            programme = self._references.get(EDITIONS, edition)
            if programme is None:
                continue
            entries = await self._people(programme)
            kept = [
                each
                for each in programme.sittings.values()
                if any(device.keeps(edition, one) for one in programme.counted_with(each.session))
            ]
            editions.append(_edition(programme, kept, entries))
            inside += _inside(edition, kept, entries)
        keys = [KeyCarried(*each) for each in self._registry.valid_keys().items()]
        return msgspec.json.encode(Contents(device.device, device.label, keys, editions, inside))

    async def _people(self, programme: Programme) -> list[Entry]:
        """Everybody who takes part, by participant."""
        return [each for each in (await self._roster.of(programme)).values() if each.listed]


def tag(contents: bytes) -> str:
    """The weak ETag of a bundle: the time in an answer changes, and nothing rests on it."""
    return f'W/"{blake2b(contents, digest_size=16).hexdigest()}"'


def _entry(state: State, programme: Programme, person: Person | None) -> Entry:
    newest = standing(state)
    slots = assign(state, programme)
    inside = {session: inside_since(slot, programme) for session, slot in slots.items()}
    return Entry(
        person=PersonCarried(
            participant=state.participant,
            number=state.number,
            name_en=person.name_en if person else "",
            name_ar=person.name_ar if person else "",
            withdrawn=state.withdrawn,
        ),
        listed=state.takes_part,
        passes=[newest[0]] if newest and newest[0] not in state.passes_revoked else [],
        revoked=sorted(state.passes_revoked),
        inside={session: since for session, since in inside.items() if since is not None},
    )


def _edition(
    programme: Programme, kept: Iterable[Sitting], entries: Iterable[Entry]
) -> EditionCarried:
    people = list(entries)
    return EditionCarried(
        edition=programme.edition,
        title=_titles(programme.title),
        timezone=programme.timezone,
        record=programme.record,
        revision=programme.revision,
        sessions=[
            SessionCarried(
                session=each.session,
                counts_for=each.counts_for,
                module=each.module,
                title=_titles(each.title),
                start=instant(each.start),
                end=instant(each.end),
                cancelled=each.cancelled,
            )
            for each in kept
        ],
        roster=[each.person for each in people],
        passes={each.person.participant: each.passes for each in people if each.passes},
        revoked=[serial for each in people for serial in each.revoked],
    )


def _inside(edition: str, kept: Iterable[Sitting], entries: Iterable[Entry]) -> list[Inside]:
    sessions = [sitting.session for sitting in kept]
    return [
        Inside(edition, each.person.participant, session, True, instant(each.inside[session]))
        for each in entries
        for session in sessions
        if session in each.inside
    ]


def _titles(title: Mapping[str, str]) -> Titles:
    return Titles(en=title.get("en", ""), ar=title.get("ar", ""))
