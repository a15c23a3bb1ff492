"""The audit of a certificate: its history, and what the seals say of the log that tells it."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ijaza_contracts.audit import HistorySealed
from ijaza_contracts.credential import (
    CertificateIssued,
    CertificateRevoked,
    CertificateSuperseded,
)
from ijaza_contracts.topics import CREDENTIAL, SCANS, dead_letters
from ijaza_runtime.bus import Bus, Delivered
from ijaza_runtime.deadletters import letter_of

from ijaza_credential.audit.chain import Checked, Fault, Kind, check
from ijaza_credential.audit.history import Step, history
from ijaza_credential.audit.records import (
    SEALED,
    Found,
    Recorded,
    changed_edition,
    gather,
    issued,
    mark_of,
    recorded,
    seal_in,
)

SLICE = 500
"""Participants whose records are in memory at once."""

_SEAL = HistorySealed.TYPE
_ENDINGS = (CertificateSuperseded.TYPE, CertificateRevoked.TYPE)


class LaidAside(NamedTuple):
    """A dead letter that bears the participant's key; `error` says nothing of what it holds."""

    letter: str
    stood_at: str
    laid_at: str
    error: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What the log tells of one participant's certificates.

    `read` are the topics that were read. `unsealed` counts the changes to certificates that are
    under no seal: the last ones of a moment ago, or all where a release before seals issued them.
    """

    found: Found
    steps: tuple[Step, ...]
    checked: Checked
    letters: tuple[LaidAside, ...]
    read: tuple[str, ...]
    unsealed: int

    @property
    def unchanged(self) -> bool:
        """Whether nothing shows that the log was changed."""
        return not self.checked.faults

    def seal_of(self, step: Step) -> int:
        """The number of the seal that a step is under; 0 if there is none."""
        if step.record.topic not in SEALED:
            return 0
        return self.checked.sealed.get(mark_of(step.record).leaf, 0)


class Scope(NamedTuple):
    """What may be read beside what is sealed: scans, and the dead letters of these services."""

    scans: bool = False
    letters: tuple[str, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        """Names, sealed ones first."""
        more = (SCANS.name,) if self.scans else ()
        return (*SEALED, *more, *self.by_letters)

    @property
    def by_letters(self) -> Mapping[str, str]:
        """The services by the names of their dead letters' topics."""
        return {dead_letters(each).name: each for each in self.letters}


class Known(NamedTuple):
    """What is known apart from the log: by the store, or by a register that was handed out.

    `credentials` are the ids that were issued, `ended` those of them that were superseded or
    revoked; `seals` is how many seals were made.
    """

    credentials: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    seals: int = 0


class _Letter(NamedTuple):
    topic: str
    aside: LaidAside


async def audits(
    bus: Bus,
    people: Sequence[Found],
    keys: Collection[str],
    scope: Scope,
    known: Mapping[str, Known] | None = None,
) -> AsyncIterator[Audit]:
    """Audits of some participants, in their order; one pass over the log for `SLICE` of them.

    `keys` are all public keys that the issuer ever announced. `known` is by serial.
    """
    letters = scope.by_letters

    def read(topic: str, partition: int, record: Delivered) -> Recorded | _Letter:
        """A record; dead letters by what they say of themselves alone."""
        if topic not in letters:
            return recorded(topic, partition, record)
        one = letter_of(letters[topic], partition, record)
        at = one.laid_at.isoformat() if one.laid_at else ""
        return _Letter(topic, LaidAside(one.id, one.place, at, one.error))

    for start in range(0, len(people), SLICE):
        page = people[start : start + SLICE]
        wanted = {name for each in page for name in (each.participant, each.edition)}
        found = await gather(bus, scope.topics, wanted, read)
        for each in page:
            of_edition = [one for one in found.get(each.edition, ()) if one.topic in SEALED]
            records = [*of_edition, *found.get(each.participant, ())]
            yield _audit(each, records, keys, scope, (known or {}).get(each.serial, Known()))


async def people_of(bus: Bus, edition: str) -> list[Found]:
    """Everybody of an edition whom the log tells to hold or have held a certificate, by serial."""
    found = {each.participant: each async for each, _ in issued(bus) if each.edition == edition}
    return sorted(found.values(), key=lambda each: each.serial)


def _audit(
    found: Found,
    records: Sequence[Recorded | _Letter],
    keys: Collection[str],
    scope: Scope,
    known: Known,
) -> Audit:
    standing = [each for each in records if isinstance(each, Recorded)]
    events = [each for each in standing if each.kind != _SEAL]
    sealable = [each for each in events if each.topic in SEALED]
    seals, faults = _seals(standing)
    checked = check(seals, [mark_of(each) for each in sealable], keys)
    steps = history(found.edition, found.participant, events)
    checked.faults += faults
    checked.faults += _missing_seals(seals, known)
    checked.faults += _untrue(steps, checked)
    checked.faults += _missing_events(steps, known)
    covered = max((each.changes for each in seals), default=0)
    changes = {each.id for each in sealable if changed_edition(each.kind, each.body)}
    return Audit(
        found=found,
        steps=tuple(steps),
        checked=checked,
        letters=tuple(each.aside for each in records if isinstance(each, _Letter)),
        read=scope.topics,
        unsealed=max(0, len(changes) - covered),
    )


def _seals(standing: Iterable[Recorded]) -> tuple[list[HistorySealed], list[Fault]]:
    """The seals among the records, and those that nobody can read any more."""
    seals, faults = [], []
    for each in standing:
        if each.kind != _SEAL:
            continue
        seal = seal_in(each.kind, each.body)
        if seal is not None:
            seals.append(seal)
        else:
            faults.append(Fault(Kind.SEAL_ALTERED, each.topic, each.id, 0))
    return seals, faults


def _missing_seals(seals: Iterable[HistorySealed], known: Known) -> list[Fault]:
    """Seals after the last one on the log, of which the store knows."""
    last = max((each.number for each in seals), default=0)
    return [Fault(Kind.SEAL_MISSING, "", "", gone) for gone in range(last + 1, known.seals + 1)]


def _missing_events(steps: Iterable[Step], known: Known) -> list[Fault]:
    """Certificates of which the log does not tell what is known of them apart from it."""
    told, ended = set(), set()
    for each in steps:
        if each.record.kind == CertificateIssued.TYPE:
            told.add(each.credential_id)
        elif each.record.kind in _ENDINGS:
            ended.add(each.credential_id)
    missing = (known.credentials - told) | (known.ended - ended)
    return [Fault(Kind.MISSING, CREDENTIAL.name, each, 0) for each in sorted(missing)]


def _untrue(steps: Iterable[Step], checked: Checked) -> list[Fault]:
    """Events that nobody could have published so, but for those that seals name already."""
    named = {(fault.topic, fault.event) for fault in checked.faults}
    return [
        Fault(Kind.UNTRUE, each.record.topic, each.record.id, 0)
        for each in steps
        if not (each.true and each.readable) and (each.record.topic, each.record.id) not in named
    ]
