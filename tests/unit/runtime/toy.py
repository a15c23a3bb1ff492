"""A service in miniature: it adds up distinct marks and says once when a bound is reached."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

import msgspec
from ijaza_contracts.envelope import Event, ParticipantEvent
from ijaza_contracts.topics import Keyed, Topic
from ijaza_runtime.bus import TopicPlan
from ijaza_runtime.fold import Fold, Rejected, Table
from ijaza_runtime.outbox import record_of

RULES = Topic("toy.rules", "toy", Keyed.EDITION, broadcast=True)
MARKS = Topic("toy.marks", "toy")
OUT = Topic("toy.out", "toy")
PARTITIONS = 4
AT = datetime(2020, 1, 1, tzinfo=UTC)


class RuleSet(Event):
    """The bound that counts, as revision `revision` has it."""

    TYPE: ClassVar[str] = "toy.RuleSet.v1"
    TOPIC: ClassVar[Topic] = RULES
    revision: int
    bound: int


class Marked(ParticipantEvent):
    """One mark; `mark` tells it from every other."""

    TYPE: ClassVar[str] = "toy.Marked.v1"
    TOPIC: ClassVar[Topic] = MARKS
    mark: int

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.mark,)


class Reached(ParticipantEvent):
    """The bound of a revision is reached."""

    TYPE: ClassVar[str] = "toy.Reached.v1"
    TOPIC: ClassVar[Topic] = OUT
    revision: int

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.revision,)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known of an edition."""

    revision: int
    bound: int

    @property
    def stamp(self) -> str:
        return str(self.revision)


@dataclass(frozen=True, slots=True)
class State:
    """The marks of one participant, and the revisions whose bound they reached."""

    edition: str
    participant: str
    marks: frozenset[int] = frozenset()
    reached: frozenset[int] = frozenset()


def on_rule_set(current: Rule | None, event: RuleSet) -> Rule:
    """Keep the highest revision."""
    if current is not None and current.revision >= event.revision:
        return current
    return Rule(event.revision, event.bound)


def on_marked(state: State, event: Marked) -> State:
    """Add a mark once. A negative one is refused."""
    if event.mark < 0:
        raise Rejected("mark is negative; expected 0 or more")
    if event.mark == 666:
        raise RuntimeError("a fault in the handler")
    if event.mark in state.marks:
        return state
    return replace(state, marks=state.marks | {event.mark})


def on_reached(state: State, event: Reached) -> State:
    """Remember what was said."""
    if event.revision in state.reached:
        return state
    return replace(state, reached=state.reached | {event.revision})


def settle(state: State, rule: Rule, person: Rule | None) -> tuple[State, Sequence[Event]]:
    """Say once that the bound of this revision is reached."""
    if len(state.marks) < rule.bound or rule.revision in state.reached:
        return state, []
    event = Reached(
        edition=state.edition, participant=state.participant, at=AT, revision=rule.revision
    )
    return on_reached(state, event), [event]


FOLD: Fold[State, Rule, Rule] = Fold(
    collection="toys",
    handlers={Marked: on_marked, Reached: on_reached},
    begin=lambda edition, participant: State(edition, participant),
    settle=settle,
    encode=msgspec.json.encode,
    decode=msgspec.json.Decoder(State).decode,
    labels=lambda state: (),
    editions=Table(RULES, {RuleSet: on_rule_set}),
)

PLANS = [
    TopicPlan(RULES.name, 1),
    TopicPlan(MARKS.name, PARTITIONS),
    TopicPlan(OUT.name, PARTITIONS),
    TopicPlan("toy.dead-letters", PARTITIONS),
]


def rule(revision: int, bound: int, edition: str = "e") -> Event:
    """A revision of the rules."""
    return RuleSet(edition=edition, at=AT, revision=revision, bound=bound)


def mark(participant: str, number: int, edition: str = "e") -> Event:
    """A mark of a participant."""
    return Marked(edition=edition, participant=participant, at=AT, mark=number)


records = record_of
