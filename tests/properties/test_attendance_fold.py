"""design.md §4: "any order across topics, any duplication, any replay gives the same state".

A participant's life is a list of facts, cut into batches; after each batch attendance decides,
under the revision that is the newest one then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_attendance.domain.programme import Programme, on_edition_published
from ijaza_attendance.domain.review import review
from ijaza_attendance.domain.settle import settle
from ijaza_attendance.domain.state import State
from ijaza_attendance.storage import encode
from ijaza_contracts.attendance import SessionAttended
from ijaza_contracts.edition import Session
from ijaza_contracts.enrollment import EditionPublished
from ijaza_contracts.envelope import Event

from tests.unit.attendance.given import (
    at,
    corrected,
    edition,
    excused,
    folded,
    scan,
    selected,
    session,
    withdrawn,
)

SESSIONS = ("s1", "s2", "s3")
CLOCKS = ("15:30", "16:00", "17:15", "18:00", "20:30")
RECORD: st.SearchStrategy[Literal["in-out", "in-only"]] = st.sampled_from(["in-out", "in-only"])
MISSING_OUT: st.SearchStrategy[Literal["review", "credit_to_end"]] = st.sampled_from(
    ["review", "credit_to_end"]
)


@dataclass
class Life:
    """What a participant's folding process holds, and everything that it published."""

    state: State = field(default_factory=folded)
    programme: Programme | None = None
    published: list[SessionAttended] = field(default_factory=list)

    def take(self, batch: Sequence[Event]) -> None:
        """Fold a batch, and decide."""
        for event in batch:
            if isinstance(event, EditionPublished):
                self.programme = on_edition_published(self.programme, event)
            else:
                self.state = folded(event, state=self.state)
        if self.programme is not None:
            self.state, events = settle(self.state, self.programme)
            self.published += events

    def counted(self) -> dict[str, tuple[int, str]]:
        """What the sessions of the newest revision count."""
        assert self.programme is not None
        published = self.state.published
        return {
            name: (published[name].seconds, published[name].source)
            if name in published
            else (0, "scans")
            for name in self.programme.sittings
        }


def lived(facts: Sequence[Event], cuts: Sequence[int] = ()) -> Life:
    """A life in batches that end at these places, and at the end."""
    life = Life()
    bounds = [0, *sorted(cut % (len(facts) + 1) for cut in cuts), len(facts)]
    for start, end in pairwise(bounds):
        life.take(facts[start:end])
    return life


@st.composite
def a_session(draw: st.DrawFn, name: str) -> Session:
    """A session some hours long on one of two days, perhaps with a break."""
    start, end = draw(st.sampled_from([("16:00", "20:00"), ("16:30", "18:00"), ("17:00", "22:00")]))
    return session(
        name,
        start,
        end,
        day=draw(st.integers(1, 2)),
        breaks=draw(st.sampled_from([[], [("17:00", "17:30")]])),
        cancelled=draw(st.booleans()),
    )


@st.composite
def a_module(draw: st.DrawFn) -> list[Session]:
    """One to three sessions, of which the later ones may have been merged into the first."""
    first, *others = [draw(a_session(name)) for name in SESSIONS[: draw(st.integers(1, 3))]]
    merged = {"cancelled": True, "merged_into": first.id}
    return [
        first,
        *(one.model_copy(update=merged) if draw(st.booleans()) else one for one in others),
    ]


@st.composite
def revisions(draw: st.DrawFn) -> list[EditionPublished]:
    """One to three revisions: sessions move, are cancelled, merged, added and dropped."""
    record = draw(RECORD)
    missing_out = draw(MISSING_OUT)
    return [
        edition(
            draw(a_module()),
            revision=revision,
            record=record,
            missing_out=missing_out,
        )
        for revision in range(1, draw(st.integers(1, 3)) + 1)
    ]


SCANS = st.builds(
    lambda scan_id, direction, clock, day, name, seq, undo_of, device, signed: scan(
        direction,
        at(clock, day),
        scan_id=scan_id,
        session=name,
        seq=seq,
        undo_of=undo_of,
        device=device,
        signed=signed,
    ),
    st.sampled_from("abcd"),
    st.sampled_from(["in", "out"]),
    st.sampled_from(CLOCKS),
    st.integers(1, 2),
    st.sampled_from(["", *SESSIONS]),
    st.integers(0, 1),
    st.sampled_from(["", "", "", *"abcd"]),
    st.sampled_from(["kiosk-1", "kiosk-1", "kiosk-2"]),
    st.booleans(),
)
CORRECTIONS = st.builds(
    lambda name, minutes, clock, ordinal: corrected(
        minutes,
        at(clock),
        session=name,
        ordinal=ordinal,
        correction=f"{name}-{minutes}-{clock}-{ordinal}",
    ),
    st.sampled_from(SESSIONS),
    st.sampled_from([0, 60, 240]),
    st.sampled_from(CLOCKS),
    st.integers(1, 3),
)
EXCUSES = st.builds(excused, st.sampled_from(SESSIONS))
FACTS = st.lists(SCANS | SCANS | SCANS | SCANS | CORRECTIONS | EXCUSES, max_size=12).map(
    lambda facts: [selected(), withdrawn(), *facts]
)
CUTS = st.lists(st.integers(0, 40), max_size=5)


@st.composite
def two_orders(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """The same facts and revisions in two orders, some of them several times."""
    facts: list[Event] = [*draw(revisions()), *draw(FACTS)]
    again = draw(st.lists(st.sampled_from(facts), max_size=5))
    return draw(st.permutations(facts)), draw(st.permutations([*facts, *again]))


@given(two_orders())
def test_any_order_and_any_duplication_fold_into_the_same_state(
    orders: tuple[list[Event], list[Event]],
) -> None:
    """The facts alone, before any decision: equal as values and as bytes."""
    one, other = (
        folded(*(event for event in order if not isinstance(event, EditionPublished)))
        for order in orders
    )

    assert one == other
    assert encode(one) == encode(other)


@pytest.mark.slow
@given(two_orders())
def test_the_same_facts_are_published_in_the_same_words(
    orders: tuple[list[Event], list[Event]],
) -> None:
    """Rule: "the same facts give the same one": version, id and every field."""
    one, other = map(lived, orders)

    assert one.published == other.published


@pytest.mark.slow
@given(two_orders(), CUTS, CUTS)
def test_any_batches_and_revisions_in_between_come_to_the_same_end(
    orders: tuple[list[Event], list[Event]], cuts: list[int], other_cuts: list[int]
) -> None:
    """What counts, and what is to be reviewed, once all is decided under the newest revision."""
    one, other = lived(orders[0], cuts), lived(orders[1], other_cuts)
    assert one.programme is not None

    assert one.counted() == other.counted()
    assert review(one.state, one.programme) == review(other.state, one.programme)


@pytest.mark.slow
@given(two_orders(), CUTS)
def test_the_version_of_a_slot_only_ever_rises(
    orders: tuple[list[Event], list[Event]], cuts: list[int]
) -> None:
    """Whoever keeps the highest version of a slot has what was said last."""
    life = lived(orders[1], cuts)

    for name in SESSIONS:
        versions = [event.version for event in life.published if event.session == name]
        assert versions == sorted(set(versions))


@pytest.mark.slow
@given(two_orders(), CUTS)
def test_a_replay_of_the_inputs_alone_never_gives_a_lower_version(
    orders: tuple[list[Event], list[Event]], cuts: list[int]
) -> None:
    """Rule: "replay never gives a lower one": what it says of a slot stands against the old."""
    life, replayed = lived(orders[0], cuts), lived(orders[1])

    for event in replayed.published:
        before = life.state.published.get(event.session)
        assert before is None or event.version >= before[:2]


@pytest.mark.slow
@given(two_orders(), CUTS, st.data())
def test_a_rebuilt_state_is_the_old_one_and_says_nothing(
    orders: tuple[list[Event], list[Event]], cuts: list[int], data: st.DataObject
) -> None:
    """A store is rebuilt from its inputs and its own events, in any order between topics."""
    life = lived(orders[0], cuts)
    everything = data.draw(st.permutations([*orders[1], *life.published]))

    rebuilt = lived(everything)

    assert rebuilt.published == []
    assert encode(rebuilt.state) == encode(life.state)


@pytest.mark.slow
@given(two_orders(), CUTS)
def test_deciding_again_says_nothing(
    orders: tuple[list[Event], list[Event]], cuts: list[int]
) -> None:
    """A settled state stays as it is."""
    life = lived(orders[0], cuts)
    assert life.programme is not None

    assert settle(life.state, life.programme) == (life.state, ())
