"""Seals over a participant's events: how they are made, and what they say of the log as it is now.

A chain is linear: each seal begins where the one before it ended, and lists the events that came
since. What it hashes is opaque ids and facts, so that erasing a person changes nothing of it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from ijaza_contracts.audit import HistorySealed
from ijaza_runtime.base64url import decoded, encoded

from ijaza_credential.audit.records import SEALED, Mark
from ijaza_credential.documents.keys import IssuerKey, proves

_LETTERS = {letter: topic for topic, letter in SEALED.items()}


class Kind(StrEnum):
    """What can be wrong with a log."""

    MISSING = "missing"
    """A sealed event is on the log no more."""
    ALTERED = "altered"
    """A sealed event says something else now."""
    MOVED = "moved"
    """Sealed events stand in another order."""
    INSERTED = "inserted"
    """An event that is under no seal stands before one that is."""
    CONTRADICTED = "contradicted"
    """Two events of one id say different things."""
    UNTRUE = "untrue"
    """An event's id is not that of what it says."""
    SEAL_MISSING = "seal missing"
    """A seal between others, or before them, is gone."""
    SEAL_ALTERED = "seal altered"
    """A seal was not signed by the issuer, or does not fit what it lists."""


class Fault(NamedTuple):
    """Something that is wrong, and with which event; `number` is the seal's, 0 if there is none."""

    kind: Kind
    topic: str
    event: str
    number: int


@dataclass(slots=True)
class Checked:
    """What the seals say: `sealed` is the number of the seal by leaf, `later` is under none yet."""

    faults: list[Fault] = field(default_factory=list)
    seals: int = 0
    sealed: dict[str, int] = field(default_factory=dict)
    later: list[Mark] = field(default_factory=list)


def in_order(marks: Iterable[Mark]) -> list[Mark]:
    """Marks in the order of a chain, each once: what was sent again says nothing new."""
    places = {letter: place for place, letter in enumerate(_LETTERS)}
    ordered = sorted(marks, key=lambda each: (places[each.letter], each.partition, each.offset))
    once: dict[str, Mark] = {}
    for each in ordered:
        once.setdefault(each.whole, each)
    return list(once.values())


def new_marks(marks: Iterable[Mark], seals: Iterable[HistorySealed]) -> list[Mark]:
    """Those that no seal has."""
    known = {leaf for seal in seals for leaf in seal.leaves}
    return [each for each in in_order(marks) if each.leaf not in known]


def head_of(previous: str, wholes: Iterable[str]) -> str:
    """The next head: SHA-256 link by link, from the head before, at first from 32 zero bytes."""
    head = bytes.fromhex(previous) if previous else bytes(32)
    for each in wholes:
        head = sha256(head + each.encode()).digest()
    return head.hex()


class Terms(NamedTuple):
    """Of whom a seal is, of how many changes, and of what time."""

    edition: str
    participant: str
    changes: int
    at: datetime


def seal(
    terms: Terms, marks: Sequence[Mark], before: HistorySealed | None, key: IssuerKey
) -> HistorySealed:
    """The next seal over a participant's events, signed."""
    previous = before.head if before else ""
    unsigned = HistorySealed.model_construct(
        edition=terms.edition,
        participant=terms.participant,
        at=terms.at,
        number=before.number + 1 if before else 1,
        changes=terms.changes,
        leaves=tuple(each.leaf for each in marks),
        previous=previous,
        head=head_of(previous, (each.whole for each in marks)),
        public_key=key.multibase,
        signature="",
    )
    signature = encoded(key.sign(_message(unsigned)))
    return unsigned.model_copy(update={"signature": signature})


def check(seals: Sequence[HistorySealed], marks: Iterable[Mark], keys: Collection[str]) -> Checked:
    """Hold the events that stand on the log to the seals; `keys` are the issuer's public keys."""
    found = Checked()
    standing = in_order(marks)
    by_leaf: dict[str, Mark] = {}
    for each in standing:
        by_leaf.setdefault(each.leaf, each)
    ids = {(each.letter, each.id) for each in standing}
    previous, number = "", 0
    once = sorted(dict.fromkeys(seals), key=lambda each: each.number)
    for one in once:
        found.faults += [
            Fault(Kind.SEAL_MISSING, "", "", gone) for gone in range(number + 1, one.number)
        ]
        faults = _held(one, by_leaf, ids)
        found.faults += faults
        broken = one.number == number + 1 and one.previous != previous
        if broken or not _signed(one, keys) or not (faults or _fits(one, by_leaf)):
            found.faults.append(Fault(Kind.SEAL_ALTERED, "", one.id, one.number))
        for leaf in one.leaves:
            found.sealed.setdefault(leaf, one.number)
        previous, number = one.head, one.number
        found.seals += 1
    _look_at_order(once, by_leaf, found)
    _look_at_rest(standing, found)
    return found


def _held(
    one: HistorySealed, by_leaf: dict[str, Mark], ids: Collection[tuple[str, str]]
) -> list[Fault]:
    faults = []
    for leaf in one.leaves:
        if leaf in by_leaf:
            continue
        letter, name, _ = leaf.split(":")
        kind = Kind.ALTERED if (letter, name) in ids else Kind.MISSING
        faults.append(Fault(kind, _LETTERS[letter], name, one.number))
    return faults


def _fits(one: HistorySealed, by_leaf: dict[str, Mark]) -> bool:
    return head_of(one.previous, (by_leaf[leaf].whole for leaf in one.leaves)) == one.head


def _signed(one: HistorySealed, keys: Collection[str]) -> bool:
    signature = decoded(one.signature)
    return one.public_key in keys and proves(one.public_key, signature, _message(one))


def _message(one: HistorySealed) -> bytes:
    """What a seal's signature is over: short, for devices sign no long messages."""
    leaves = sha256("\n".join(one.leaves).encode()).hexdigest()
    parts = (
        "ijaza history seal 1",
        one.edition,
        one.participant,
        str(one.number),
        str(one.changes),
        one.at.isoformat(),
        leaves,
        one.previous,
        one.head,
    )
    return "\n".join(parts).encode()


def _look_at_order(
    seals: Sequence[HistorySealed], by_leaf: dict[str, Mark], found: Checked
) -> None:
    last: dict[tuple[str, int], int] = {}
    for one in seals:
        for leaf in one.leaves:
            mark = by_leaf.get(leaf)
            if mark is None:
                continue
            log = (mark.letter, mark.partition)
            if mark.offset < last.get(log, -1):
                fault = Fault(Kind.MOVED, _LETTERS[mark.letter], mark.id, one.number)
                found.faults.append(fault)
            last[log] = max(mark.offset, last.get(log, -1))


def _look_at_rest(standing: Sequence[Mark], found: Checked) -> None:
    """Events under no seal: those that came later, and those that must not be where they are."""
    last: dict[tuple[str, int], int] = {}
    seen: dict[tuple[str, str], str] = {}
    for each in standing:
        if each.leaf in found.sealed:
            log = (each.letter, each.partition)
            last[log] = max(each.offset, last.get(log, -1))
            seen[(each.letter, each.id)] = each.digest
    altered = {(fault.topic, fault.event) for fault in found.faults if fault.kind is Kind.ALTERED}
    for each in standing:
        topic = _LETTERS[each.letter]
        if each.leaf in found.sealed or (topic, each.id) in altered:
            continue
        known = seen.setdefault((each.letter, each.id), each.digest)
        if known != each.digest:
            found.faults.append(Fault(Kind.CONTRADICTED, topic, each.id, 0))
        elif each.offset < last.get((each.letter, each.partition), -1):
            found.faults.append(Fault(Kind.INSERTED, topic, each.id, 0))
        else:
            found.later.append(each)
