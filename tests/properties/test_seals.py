"""Seals over any history: what was changed on the log is told, which event, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_contracts.audit import HistorySealed
from ijaza_credential.audit.chain import Kind, Terms, check, new_marks, seal
from ijaza_credential.audit.records import Mark, recorded
from ijaza_runtime.bus import Delivered

from tests.unit.credential_documents.given import key

TERMS = Terms("mg-4", "p1", 1, datetime(2020, 4, 21, tzinfo=UTC))
KEY = key()


@dataclass(frozen=True)
class History:
    """Events as they stand, and the seals that were made while they came."""

    marks: tuple[Mark, ...]
    seals: tuple[HistorySealed, ...]

    @property
    def sealed(self) -> list[Mark]:
        """Those that are under a seal."""
        leaves = {leaf for each in self.seals for leaf in each.leaves}
        return [each for each in self.marks if each.leaf in leaves]


def mark(letter: str, offset: int, said: int) -> Mark:
    """An event at a place: its id is that of its place when it came, its hash of what it says."""
    return Mark(letter, 3, offset, f"{ord(letter):02x}{offset:030x}", f"{said:064x}"[::-1])


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Events on five topics that come in up to four rounds, each of the first ones sealed."""
    offsets = dict.fromkeys("ENATC", 0)
    marks: list[Mark] = []
    seals: list[HistorySealed] = []
    rounds = draw(st.lists(st.lists(st.sampled_from("ENATC"), min_size=1, max_size=8), max_size=4))
    last_sealed = draw(st.integers(0, len(rounds)))
    for number, letters in enumerate([["E", "N"], *rounds]):
        for letter in letters:
            offsets[letter] += draw(st.integers(2, 3))
            marks.append(mark(letter, offsets[letter], draw(st.integers(0, 2**60))))
        if number <= last_sealed:
            before = seals[-1] if seals else None
            seals.append(seal(TERMS, new_marks(marks, seals), before, KEY))
    return History(tuple(marks), tuple(seals))


def faults(marks: Sequence[Mark], seals: Sequence[HistorySealed]) -> set[tuple[Kind, str]]:
    """What is found, and with which event or seal."""
    found = check(seals, marks, {KEY.multibase}).faults
    return {(each.kind, each.event or str(each.number)) for each in found}


@given(histories(), st.randoms())
def test_a_log_that_was_only_added_to_is_unchanged(history: History, random: Any) -> None:
    """In whatever order it is read, with whatever sent again: nothing is told, all is covered."""
    again = [each._replace(offset=each.offset + 1_000) for each in history.marks[:3]]
    shuffled = [*history.marks, *again]
    random.shuffle(shuffled)

    found = check(history.seals, shuffled, {KEY.multibase})

    assert found.faults == []
    assert len(found.sealed) == len(history.sealed)
    assert {each.id for each in found.later} == {
        each.id for each in history.marks if each not in history.sealed
    }


@given(histories(), st.data())
def test_an_event_that_is_gone_is_named(history: History, data: st.DataObject) -> None:
    """One sealed event is removed: it is missing, and nothing else is said."""
    gone = data.draw(st.sampled_from(history.sealed))

    assert faults([each for each in history.marks if each is not gone], history.seals) == {
        (Kind.MISSING, gone.id)
    }


@given(histories(), st.data())
def test_an_event_that_says_something_else_is_named(history: History, data: st.DataObject) -> None:
    """One sealed event has another body: it is altered, and nothing else is said."""
    old = data.draw(st.sampled_from(history.sealed))
    new = old._replace(digest=f"{data.draw(st.integers(2**61, 2**62)):064x}"[::-1])

    assert faults([new if each is old else each for each in history.marks], history.seals) == {
        (Kind.ALTERED, old.id)
    }


@given(histories(), st.data())
def test_an_event_that_agrees_in_its_first_half_alone_breaks_its_seal(
    history: History, data: st.DataObject
) -> None:
    """The short hash only finds the place: the chain is over whole ones."""
    old = data.draw(st.sampled_from(history.sealed))
    new = old._replace(digest=old.digest[:16] + "f" * 48)
    number = next(each.id for each in history.seals if old.leaf in each.leaves)

    assert faults([new if each is old else each for each in history.marks], history.seals) == {
        (Kind.SEAL_ALTERED, number)
    }


@given(histories(), st.data())
def test_an_event_that_was_put_among_sealed_ones_is_named(
    history: History, data: st.DataObject
) -> None:
    """A place before a sealed event was never free: what stands there unsealed was put there."""
    after = data.draw(st.sampled_from(history.sealed))
    put = Mark(after.letter, 3, after.offset - 1, "f" * 32, "e" * 64)

    assert faults([*history.marks, put], history.seals) == {(Kind.INSERTED, put.id)}


@pytest.mark.slow
@given(histories(), st.data())
def test_events_in_another_order_are_named(history: History, data: st.DataObject) -> None:
    """Two sealed events of one topic change places: one of them is moved, and nothing else is."""
    pairs = [
        (one, other)
        for one in history.sealed
        for other in history.sealed
        if one.letter == other.letter and one.offset < other.offset
    ]
    if not pairs:
        return
    one, other = data.draw(st.sampled_from(pairs))
    swapped = {one: one._replace(offset=other.offset), other: other._replace(offset=one.offset)}

    found = faults([swapped.get(each, each) for each in history.marks], history.seals)

    assert found
    assert {kind for kind, _ in found} == {Kind.MOVED}


@given(histories(), st.data())
def test_a_seal_that_is_gone_or_altered_is_told(history: History, data: st.DataObject) -> None:
    """A seal before another is missed by its number; one that was rewritten has no signature."""
    place = data.draw(st.integers(0, len(history.seals) - 1))
    rewritten = history.seals[place].model_copy(update={"changes": 7})
    forged = [*history.seals[:place], rewritten, *history.seals[place + 1 :]]

    assert faults(history.marks, forged) == {(Kind.SEAL_ALTERED, rewritten.id)}
    if place < len(history.seals) - 1:
        without = [*history.seals[:place], *history.seals[place + 1 :]]
        assert (Kind.SEAL_MISSING, str(place + 1)) in faults(history.marks, without)


@given(histories())
def test_who_lacks_the_key_makes_no_seal(history: History) -> None:
    """A whole chain made anew over a changed log, by another key, is no chain of the issuer's."""
    other = key("somebody else")
    marks = history.marks[1:]
    forged = seal(TERMS, new_marks(marks, []), None, other)

    assert faults(marks, [forged]) == {(Kind.SEAL_ALTERED, forged.id)}


@given(st.binary(max_size=40), st.binary(max_size=40), st.sampled_from(["ce_type", "ce_id"]))
def test_a_digest_is_of_all_that_a_record_says(one: bytes, other: bytes, header: str) -> None:
    """Body, key, type and id: another one of any gives another digest; where it stands does not."""

    def digest(body: bytes, key: str, headers: dict[str, str], offset: int = 0) -> str:
        record = Delivered(offset, key, body, headers)
        return recorded("assessment.events", 1, record).digest

    said = {"ce_type": "a", "ce_id": "b"}
    base = digest(one, "p1", said)

    assert digest(one, "p1", {**said, "ce_time": "later"}, 9) == base
    assert (digest(other, "p1", said) == base) == (one == other)
    assert digest(one, "p2", said) != base
    assert digest(one, "p1", {**said, header: "c"}) != base
