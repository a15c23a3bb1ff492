"""Whether a change that is due may happen now, by the policy of its edition.

edition.yaml: "issue: automatic at closing | on_approval; approvers: 1 | 2" for the first
certificate, and "on_change: at_once | propose: what a fact that changes after closing does to a
certificate" for all that follows. A change that may not happen yet is a proposal: nothing of it is
stored but the words that were said upon it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from ijaza_credential.domain.change import Change, due_change
from ijaza_credential.domain.life import Stage, stage_of
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.rules import Assessment, assess
from ijaza_credential.domain.state import Declined, State


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that is due and may not happen yet.

    `facts` is the mark of what it follows from; `approvals` the times by actor; `declined` is set
    if somebody declined it, and the facts have not changed since.
    """

    change: Change
    facts: str
    approvals: Mapping[str, datetime]
    declined: Declined | None

    @property
    def waits(self) -> bool:
        """Whether a word is still to be said upon it."""
        return self.declined is None


def proposal(
    state: State,
    programme: Programme,
    person: Person | None,
    assessment: Assessment | None = None,
) -> Proposal | None:
    """The change of a settled state that waits for approval, or was declined; None if none is due.

    `assessment` is what the facts come to, if that was found out already.
    """
    if not programme.revision or person is None or is_open(state, programme):
        return None
    change = due_change(state, programme, person, assessment or assess(state, programme))
    if change is None:
        return None
    return Proposal(
        change,
        facts_mark(state, programme, person),
        state.approvals.get(state.step, {}),
        declined(state, programme, person),
    )


def stage_now(
    state: State,
    programme: Programme,
    person: Person | None,
    assessment: Assessment | None = None,
) -> Stage:
    """Where a participant's certificate is, whether it awaits approval among it."""
    if state.issued:
        return stage_of(state)
    proposed = proposal(state, programme, person, assessment)
    return stage_of(state, waits=proposed is not None and proposed.waits)


def is_open(state: State, programme: Programme) -> bool:
    """Whether a change may be carried out now: it asks for no approval, or has what it asks for.

    What was declined has none: that took its step, and nobody may approve the next one before the
    facts change (`commands.py`).
    """
    return not asks_approval(state, programme) or bool(approving(state, programme))


def asks_approval(state: State, programme: Programme) -> bool:
    """The first certificate does with `issue: on_approval`, all else with `on_change: propose`."""
    return programme.propose if state.issued else programme.on_approval


def approving(state: State, programme: Programme) -> tuple[tuple[datetime, str], ...]:
    """When and by whom the next step was approved, each of another actor; empty if too few have.

    They are the earliest that were enough.
    """
    given = sorted((at, actor) for actor, at in state.approvals.get(state.step, {}).items())
    enough = len(given) >= programme.approvers
    return tuple(given[: programme.approvers]) if enough else ()


def declined(state: State, programme: Programme, person: Person) -> Declined | None:
    """Who declined what is due now; None if nobody did, or other facts are known since.

    What an officer ordered meanwhile changes nothing of it.
    """
    last = state.declined.get(max(state.declined, default=0))
    if last is None or last.facts != facts_mark(state, programme, person):
        return None
    return last


def facts_mark(state: State, programme: Programme, person: Person) -> str:
    """Another one whenever a fact that a decision rests on is another, or is said anew.

    It is made of versions and ids alone, so that nobody can try guessed names or scores on it.
    """
    said = (
        programme.revision,
        person.version,
        state.number,
        state.withdrawn,
        sorted((session, each.revision, each.facts) for session, each in state.attended.items()),
        sorted(state.excused.items()),
        sorted(
            (module, number, each.revision, each.facts, each.outcome)
            for module, attempts in state.tests.items()
            for number, each in attempts.items()
        ),
    )
    return blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()
