"""Dead letters as a person or a script reads them, and the questions before something is done."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

import typer
from ijaza_contracts.operations import LetterEvent
from ijaza_contracts.topics import SERVICES
from ijaza_runtime.bus import Bus
from ijaza_runtime.deadletters import Letter
from ijaza_runtime.errors import NotKnown

from ijaza_local.cli.console import Exit, complain, say
from ijaza_local.operate import dead_letters as desk
from ijaza_local.operate.dead_letters import Deed, State

_STYLES: Mapping[State, str] = {
    "open": "red",
    "begun": "yellow",
    "retried": "green",
    "dropped": "dim",
}
_EDITION = re.compile(r"[a-z0-9-]{1,40}")
_HEX = 16
"""Bytes in a line of a body that is no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which letters are asked for; None asks for all. `since` is in UTC."""

    service: str | None
    since: datetime | None
    topic: str | None
    state: str | None

    def fits(self, letter: Letter, state: State) -> bool:
        """Whether a letter is asked for. One that says no time is as old as can be."""
        laid = letter.laid_at or datetime.min.replace(tzinfo=UTC)
        return (
            (self.since is None or laid >= self.since.replace(tzinfo=UTC))
            and self.topic in (None, letter.topic)
            and self.state in (None, state)
        )


async def print_letters(bus: Bus, wanted: Wanted, *, as_json: bool) -> None:
    """Print the letters that are asked for, one after the other as they are read."""
    services = [known_service(wanted.service)] if wanted.service else list(SERVICES)
    states = await desk.states(bus)
    printer = _JsonLetters() if as_json else _LetterLines()
    async with aclosing(desk.letters(bus, services, await bus.ends())) as found:
        async for letter in found:
            state = states.get(letter.id, "open")
            if wanted.fits(letter, state):
                printer.letter(letter, state)
    printer.end()


async def show_letter(bus: Bus, name: str, reader: str) -> None:
    """Print one letter. `reader` is who is shown its body, empty if nobody is."""
    (letter,) = await desk.find(bus, [name])
    done = [event async for event in desk.history(bus) if event.letter == name]
    if reader:
        await desk.record_reading(bus, letter, Deed(actor=reader, at=_now()))
    for line in _portrait(letter, done):
        say(line)
    if reader:
        say("\nbody (it can be personal data; that you saw it is recorded):")
        for line in _body(letter):
            say(line)


async def retry_some(bus: Bus, names: Sequence[str], actor: str, reason: str, *, ask: bool) -> None:
    """Retry these letters, once the question is answered."""
    chosen = await desk.find(bus, set(names))
    desk.refuse_retry(chosen, await desk.states(bus))
    _confirm("Publish again", Counter(letter.topic for letter in chosen), ask=ask)
    await desk.retry(bus, chosen, Deed(actor=actor, at=_now(), reason=reason))
    say(f"{len(chosen)} published again.")


async def retry_all(bus: Bus, service: str, actor: str, reason: str, *, ask: bool) -> None:
    """Retry all that waits of a service: what stood there when the question was asked."""
    ends = await bus.ends()
    async with aclosing(desk.waiting(bus, known_service(service), ends)) as waiting:
        topics = Counter([letter.topic async for letter in waiting])
    if not topics:
        say(f"No dead letter of {service} waits.")
        return
    _confirm("Publish again", topics, ask=ask)
    count = await desk.retry_waiting(
        bus, service, ends, Deed(actor=actor, at=_now(), reason=reason)
    )
    say(f"{count} published again.")


async def drop_some(bus: Bus, names: Sequence[str], actor: str, reason: str, *, ask: bool) -> None:
    """Drop these letters, once the question is answered."""
    chosen = await desk.find(bus, set(names))
    desk.refuse_drop(chosen, await desk.states(bus))
    _confirm("Drop", Counter(letter.topic for letter in chosen), ask=ask)
    await desk.drop(bus, chosen, Deed(actor=actor, at=_now(), reason=reason))
    say(f"{len(chosen)} dropped.")


def known_service(name: str) -> str:
    """A service that has dead letters. Raises `NotKnown`."""
    if name not in SERVICES:
        raise NotKnown(
            "service-not-known", f"{name!r} is no service: expected {', '.join(SERVICES)}"
        )
    return name


class _LetterLines:
    """Two lines for each letter, and how many there were."""

    def __init__(self) -> None:
        self._counts: Counter[State] = Counter()

    def letter(self, letter: Letter, state: State) -> None:
        self._counts[state] += 1
        edition = edition_of(letter)
        say(
            f"{letter.id:<24} ",
            (f"{state:<8}", _STYLES[state]),
            f" {_written(letter.laid_at):<20}  {printable(letter.kind) or 'no type'}",
            f"  {_place(letter)}",
            f"  edition {edition}" if edition else "",
            f"  retry of {printable(letter.predecessor)}" if letter.predecessor else "",
        )
        say(("    " + printable(letter.error), "dim"))

    def end(self) -> None:
        counts = ", ".join(f"{count} {state}" for state, count in self._counts.items())
        complain(counts or "no dead letters")


class _JsonLetters:
    """One JSON list, written as it is read."""

    def __init__(self) -> None:
        self._before = "["

    def letter(self, letter: Letter, state: State) -> None:
        described = {
            "id": letter.id,
            "state": state,
            "service": letter.service,
            "group": letter.group,
            "laid_at": letter.laid_at.isoformat() if letter.laid_at else None,
            "topic": letter.topic,
            "partition": letter.partition,
            "offset": letter.offset,
            "type": letter.kind,
            "event": letter.event,
            "edition": edition_of(letter) or None,
            "error": letter.error,
            "retry_of": letter.predecessor or None,
            "size": letter.size or None,
        }
        sys.stdout.write(f"{self._before}\n  {json.dumps(described)}")
        self._before = ","

    def end(self) -> None:
        sys.stdout.write("[]\n" if self._before == "[" else "\n]\n")


def edition_of(letter: Letter) -> str:
    """The edition that the body names, or empty: nothing else of the body is told."""
    try:
        body = json.loads(letter.value or b"")
    except (ValueError, RecursionError):
        return ""
    edition = body.get("edition") if isinstance(body, dict) else None
    return edition if isinstance(edition, str) and _EDITION.fullmatch(edition) else ""


def printable(text: str) -> str:
    """Text without what a terminal would obey: it was written by who knows whom."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _portrait(letter: Letter, done: Sequence[LetterEvent]) -> Iterator[str]:
    yield f"letter      {letter.id}"
    yield f"stood at    {_place(letter)}, key {printable(letter.key)}"
    yield f"laid aside  {_written(letter.laid_at)} by group {printable(letter.group) or 'unknown'}"
    yield f"error       {printable(letter.error)}"
    yield f"body        {_body_in_short(letter)}"
    if letter.predecessor:
        yield f"retry of    {printable(letter.predecessor)}"
    yield "headers"
    for name, value in sorted(letter.headers.items()):
        yield f"  {printable(name)}: {printable(value)}"
    yield "done" if done else "done        nothing"
    for event in done:
        reason = f": {printable(event.reason)}" if event.reason else ""
        yield f"  {_written(event.at)} {type(event).__name__} by {printable(event.actor)}{reason}"


def _body_in_short(letter: Letter) -> str:
    """How large it is, or why there is none."""
    if letter.size:
        original = f"the original has {printable(letter.size)} bytes, too many for a letter"
        return f"not here: {original}; they stand at {_place(letter)} alone"
    return "a tombstone" if letter.value is None else f"{len(letter.value)} bytes"


def _body(letter: Letter) -> Iterator[str]:
    """Text as it stands, anything else in hexadecimal digits, with the offset of each line."""
    value = letter.value
    if value is None:
        yield _body_in_short(letter)
        return
    try:
        yield from map(printable, value.decode().splitlines())
    except UnicodeDecodeError:
        for start in range(0, len(value), _HEX):
            yield f"{start:08x}  {value[start : start + _HEX].hex(' ')}"


def _confirm(what: str, topics: Mapping[str, int], *, ask: bool) -> None:
    """Ask before something is done; a no, or nobody there to answer, ends the command."""
    if not ask:
        return
    counts = ", ".join(f"{count} of {topic}" for topic, count in sorted(topics.items()))
    try:
        if typer.confirm(f"{what}: {counts}?", err=True):
            return
    except typer.Abort:
        complain("nobody answered: give --yes where nobody is asked")
    raise typer.Exit(Exit.NO)


def _place(letter: Letter) -> str:
    return printable(letter.place)


def _written(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}" if moment else "time unknown"


def _now() -> datetime:
    return datetime.now(UTC)
