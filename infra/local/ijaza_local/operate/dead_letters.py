"""Dead letters in the hand of an operator: what stands there, and what was done to it by whom.

A letter's state is told by `operations.audit` and kept nowhere else. A retry is announced there,
then the originals are published, then it is said to be done. If the process ends in between, the
letter shows as `begun` and is retried with the next: its event may then stand twice on its
topic, with one id, which changes nothing.
"""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ijaza_contracts.envelope import decode
from ijaza_contracts.operations import (
    DeadLetterDropped,
    DeadLetterRead,
    DeadLetterRetried,
    DeadLetterRetryBegun,
    LetterEvent,
)
from ijaza_contracts.topics import AUDIT, SERVICES, TOPICS, dead_letters
from ijaza_runtime.bus import Bus, Delivered, Record, TopicPartition
from ijaza_runtime.deadletters import Letter, letter_of
from ijaza_runtime.errors import Conflicting, NotKnown

PAGE = 500
"""Letters held in memory, and published, at once."""

State = Literal["open", "begun", "retried", "dropped"]
WAITING: frozenset[State] = frozenset({"open", "begun"})
"""The states in which somebody has still to decide."""

Ends = Mapping[TopicPartition, int]

_STATES: Mapping[type[LetterEvent], State] = {
    DeadLetterRetryBegun: "begun",
    DeadLetterRetried: "retried",
    DeadLetterDropped: "dropped",
}
_AUDITED: Mapping[str, type[LetterEvent]] = {
    DeadLetterRead.TYPE: DeadLetterRead,
    **{event.TYPE: event for event in _STATES},
}
_RETRYABLE = {
    topic.name
    for topic in TOPICS
    if not topic.compacted and not topic.public and topic is not AUDIT
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who does something to letters, when, and why. `actor` is a staff id."""

    actor: str
    at: datetime
    reason: str = ""


async def history(bus: Bus) -> AsyncGenerator[LetterEvent, None]:
    """Everything that was ever done to letters, in its order."""
    async with aclosing(_standing(bus, [AUDIT.name], await bus.ends())) as records:
        async for _, _, record in records:
            event = decode(record.headers, record.value or b"", _AUDITED)
            if event is not None:
                yield event


async def states(bus: Bus) -> dict[str, State]:
    """The state of every letter that is no longer open."""
    found: dict[str, State] = {}
    async for event in history(bus):
        if type(event) in _STATES:
            found[event.letter] = _STATES[type(event)]
    return found


async def letters(bus: Bus, services: Sequence[str], ends: Ends) -> AsyncGenerator[Letter, None]:
    """The letters of some services that stand before `ends`, read a page at a time."""
    by_topic = {dead_letters(service).name: service for service in services}
    async with aclosing(_standing(bus, list(by_topic), ends)) as records:
        async for topic, partition, record in records:
            yield letter_of(by_topic[topic], partition, record)


async def waiting(bus: Bus, service: str, ends: Ends) -> AsyncGenerator[Letter, None]:
    """The letters of a service that were neither retried nor dropped, and can be retried."""
    known = await states(bus)
    async with aclosing(letters(bus, [service], ends)) as found:
        async for letter in found:
            can_go_back = letter.topic in _RETRYABLE and not letter.size
            if can_go_back and known.get(letter.id, "open") in WAITING:
                yield letter


async def find(bus: Bus, ids: Collection[str]) -> list[Letter]:
    """The letters of these ids, in the order in which they stand. Raises `NotKnown`."""
    services = sorted({service_of(name) for name in ids})
    async with aclosing(letters(bus, services, await bus.ends())) as standing:
        found = [letter async for letter in standing if letter.id in ids]
    missing = sorted(set(ids) - {letter.id for letter in found})
    if missing:
        raise NotKnown(
            "letter-not-known",
            f"there is no dead letter {', '.join(missing)} (or its topic has forgotten it): "
            "`ijaza dead-letters list` shows the ids",
        )
    return found


def service_of(letter: str) -> str:
    """The service whose letter has this id. Raises `NotKnown`."""
    service, *place = letter.rsplit("-", 2)
    if service not in SERVICES or len(place) != 2 or not all(map(str.isdecimal, place)):
        raise NotKnown(
            "letter-not-known",
            f"{letter!r} is no id of a dead letter: expected <service>-<partition>-<offset>, "
            f"the service one of {', '.join(SERVICES)}",
        )
    return service


def refuse_retry(letters: Sequence[Letter], known: Mapping[str, State]) -> None:
    """Raises `Conflicting` if one of the letters must not be published again."""
    for letter in letters:
        if known.get(letter.id) == "retried":
            raise Conflicting(
                "retried-before",
                f"{letter.id} was retried before; if that failed, the new letter names it: "
                "`ijaza dead-letters list` shows which",
            )
        if letter.topic not in _RETRYABLE:
            raise Conflicting(
                "not-retryable",
                f"{letter.id} stood on {letter.topic or 'no topic that it names'}, where nothing "
                "may be published again: an old record would take the place of a newer one, or "
                "the topic is none of ours",
            )
        if letter.size:
            raise Conflicting(
                "not-whole",
                f"{letter.id} does not hold its original, which was too large: it stands on "
                f"{letter.topic} alone, at the place that `ijaza dead-letters show` names, and "
                "can only be sent again from there",
            )


def refuse_drop(letters: Sequence[Letter], known: Mapping[str, State]) -> None:
    """Raises `Conflicting` if one of the letters is done with."""
    for letter in letters:
        if known.get(letter.id) in ("retried", "dropped"):
            raise Conflicting("done-before", f"{letter.id} was {known[letter.id]} before")


async def retry(bus: Bus, chosen: Sequence[Letter], deed: Deed) -> None:
    """Publish the originals again, each with its audit record before and after."""
    await bus.publish([_audit(DeadLetterRetryBegun, letter, deed) for letter in chosen])
    await bus.publish([letter.again() for letter in chosen])
    await bus.publish([_audit(DeadLetterRetried, letter, deed) for letter in chosen])


async def retry_waiting(bus: Bus, service: str, ends: Ends, deed: Deed) -> int:
    """Retry every letter of a service that waits and stands before `ends`; how many."""
    count = 0
    page: list[Letter] = []
    async with aclosing(waiting(bus, service, ends)) as found:
        async for letter in found:
            page.append(letter)
            if len(page) == PAGE:
                await retry(bus, page, deed)
                count += len(page)
                page.clear()
    await retry(bus, page, deed)
    return count + len(page)


async def drop(bus: Bus, chosen: Sequence[Letter], deed: Deed) -> None:
    """Say that nobody is to handle these."""
    await bus.publish([_audit(DeadLetterDropped, letter, deed) for letter in chosen])


async def record_reading(bus: Bus, letter: Letter, deed: Deed) -> None:
    """Say who is shown the body of a letter, before they are."""
    await bus.publish([_audit(DeadLetterRead, letter, deed)])


def _audit(event: type[LetterEvent], letter: Letter, deed: Deed) -> Record:
    said = event(
        letter=letter.id,
        topic=_text(letter.topic),
        event=_text(letter.event),
        at=deed.at,
        actor=deed.actor,
        reason=deed.reason,
    )
    return Record(AUDIT.name, said.key, said.body(), said.headers())


def _text(header: str) -> str:
    """A header of a foreign record as an event can say it: as text, and not at any length."""
    return header.encode("utf-8", "backslashreplace").decode()[:200]


async def _standing(
    bus: Bus, topics: Sequence[str], ends: Ends
) -> AsyncGenerator[tuple[str, int, Delivered], None]:
    """The records of topics before `ends`: what is added while they are read does not count."""
    left = {place: end for place, end in ends.items() if place.topic in topics and end}
    follower = await bus.follower(topics)
    try:
        while left and (slices := await follower.read(PAGE)):
            for topic, partition, records in slices:
                place = TopicPartition(topic, partition)
                for record in records:
                    if record.offset < ends.get(place, 0):
                        yield topic, partition, record
                if records[-1].offset + 1 >= left.get(place, 0):
                    left.pop(place, None)
    finally:
        await follower.close()
