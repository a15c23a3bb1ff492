"""design.md §4: "any order across topics, any duplication, any replay gives the same state".

Commands come one after the other; what they left on assessment's own topic comes back in any
order, any number of times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from ijaza_assessment.domain.commands import Command, decide
from ijaza_assessment.domain.programme import Programme, on_edition_published
from ijaza_assessment.domain.refusals import NotAllowedError
from ijaza_assessment.domain.results import module_results
from ijaza_assessment.domain.review import review
from ijaza_assessment.domain.settle import outcome, settle
from ijaza_assessment.domain.state import State
from ijaza_assessment.storage import encode
from ijaza_contracts.assessment import AttemptEvent
from ijaza_contracts.enrollment import EditionPublished, ParticipantSelected
from ijaza_contracts.envelope import Event

from tests.unit.assessment.given import annul, at, edition, folded, result, score, selected

Step = Command | EditionPublished | ParticipantSelected


@dataclass
class Life:
    """What a participant's process holds, and everything that it published."""

    programme: Programme
    state: State = field(default_factory=folded)
    published: list[AttemptEvent] = field(default_factory=list)

    def take(self, step: Step) -> None:
        """Carry out a command, or fold an input; and decide."""
        if isinstance(step, EditionPublished):
            self.programme = on_edition_published(self.programme, step)
        elif isinstance(step, ParticipantSelected):
            self.state = folded(step, state=self.state)
        else:
            self._carry_out(step)
        self.state, events = settle(self.state, self.programme)
        self.published += events

    def _carry_out(self, command: Command) -> None:
        try:
            events = decide(command, self.state, self.programme)
        except NotAllowedError:
            return
        for event in events:
            assert isinstance(event, AttemptEvent)
            self.state = folded(event, state=self.state)
            self.published.append(event)


def lived(steps: Sequence[Step]) -> Life:
    """A life from the first revision on."""
    life = Life(on_edition_published(None, edition()))
    for step in steps:
        life.take(step)
    return life


SCORES = st.sampled_from(["0", "50", "60", "60.0", "75", "100"])
ATTEMPTS = st.integers(1, 3)
TIMES = st.builds(at, st.sampled_from(["08:00", "09:00", "20:00"]), st.integers(1, 4))
RESULTS = st.builds(
    lambda points, attempt, module: result(points, attempt=attempt, module=module),
    SCORES,
    ATTEMPTS,
    st.sampled_from(["m1", "m2"]),
)
CORRECTIONS = st.builds(
    lambda points, attempt, correction, time: score(
        points, attempt=attempt, correction=correction, time=time
    ),
    SCORES,
    ATTEMPTS,
    st.sampled_from("abcd"),
    TIMES,
)
ANNULMENTS = st.builds(
    lambda attempt, correction, time: annul(attempt=attempt, correction=correction, time=time),
    ATTEMPTS,
    st.sampled_from("vwx"),
    TIMES,
)
REVISIONS = st.builds(
    lambda mark, attempts, tests, revision: edition(
        mark=mark, attempts=attempts, tests=tests, revision=revision
    ),
    st.sampled_from(["50", "60", "75"]),
    ATTEMPTS,
    st.sampled_from(["m1", "m1 m2"]),
    st.integers(2, 4),
)
STEPS = st.lists(
    RESULTS | RESULTS | CORRECTIONS | CORRECTIONS | ANNULMENTS | REVISIONS, max_size=16
).flatmap(lambda steps: st.permutations([selected(), *steps]))


def in_any_order(data: st.DataObject, events: Sequence[Event]) -> list[Event]:
    """The same events in another order, some of them several times."""
    again = data.draw(st.lists(st.sampled_from(events), max_size=5))
    return data.draw(st.permutations([*events, *again]))


@given(STEPS, st.data())
def test_a_state_is_rebuilt_from_its_own_events_in_any_order(
    steps: list[Step], data: st.DataObject
) -> None:
    """A store is a fold of its own events and its inputs; rebuilt, it says nothing new."""
    life = lived(steps)

    rebuilt = folded(*in_any_order(data, [selected(), *life.published]))

    assert encode(rebuilt) == encode(life.state)
    assert settle(rebuilt, life.programme) == (rebuilt, ())


@given(STEPS)
def test_the_version_of_an_attempt_only_ever_rises(steps: list[Step]) -> None:
    """Whoever keeps the highest version of an attempt has what was said last."""
    life = lived(steps)

    for slot in life.state.attempts:
        versions = [
            event.version for event in life.published if f"{event.module}/{event.attempt}" == slot
        ]
        assert versions == sorted(set(versions))


@given(STEPS)
def test_what_was_said_last_is_what_the_newest_revision_says(steps: list[Step]) -> None:
    """After every command and revision an attempt is published as it stands."""
    life = lived(steps)

    for attempt in life.state.attempts.values():
        test = life.programme.tests.get(attempt.module)
        if test is not None:
            assert attempt.published is not None
            assert attempt.published[2:] == (outcome(attempt, test), attempt.score)


@given(STEPS)
def test_a_command_repeated_at_the_end_gives_nothing(steps: list[Step]) -> None:
    """Commands are idempotent, whatever came after them."""
    life = lived(steps)
    said = len(life.published)

    for step in steps:
        if not isinstance(step, EditionPublished) and was_accepted(step, steps):
            life.take(step)

    assert len(life.published) == said


def was_accepted(step: Step, steps: Sequence[Step]) -> bool:
    """Whether the step left an event where it first stood."""
    index = steps.index(step)
    return len(lived(steps[: index + 1]).published) > len(lived(steps[:index]).published)


@given(STEPS, st.data())
def test_what_counts_rests_on_the_facts_and_the_newest_revision_alone(
    steps: list[Step], data: st.DataObject
) -> None:
    """Whether decided in between or at the end: the same results, the same review."""
    newest = edition(mark="55", attempts=2, revision=9)
    life = lived([*steps, newest])

    at_once = Life(on_edition_published(None, newest))
    at_once.state = folded(*in_any_order(data, [selected(), *life.published]))

    assert module_results(at_once.state, at_once.programme) == module_results(
        life.state, life.programme
    )
    assert review(at_once.state, at_once.programme) == review(life.state, life.programme)
