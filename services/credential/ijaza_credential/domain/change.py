"""What ought to happen to a participant's certificates: the newest decision, and what it changes.

A change is due as soon as what is known says so; it is carried out once its gate (`gate.py`) is
open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol, assert_never

from ijaza_credential.domain.fold import placed, plain
from ijaza_credential.domain.life import Act, Stage, stage_of
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Certificate, Programme
from ijaza_credential.domain.rules import Assessment, ModuleSums
from ijaza_credential.domain.state import Issued, Result, State, Stated

Kind = Literal["issue", "supersede", "revoke", "reinstate"]
AWARD = "award"
"""Why something is issued: it is earned."""


class Naming(Protocol):
    """The ids of one participant's certificates, derived with the issuer's secret."""

    def serial(self) -> str: ...

    def credential_id(self, version: int, stated: Stated) -> str:
        """Derived from what is stated too: so a lost `Stated` is recognised when found again."""
        ...

    def status_place(self, version: int, number: int) -> tuple[int, int]:
        """The status list of a certificate, and its index there."""
        ...

    def graduation_id(self, version: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Grant:
    """A certificate that is to be held, by the holder of this number, and what it states."""

    certificate: Certificate
    number: int
    stated: Stated


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is due: what holds before it, and what is to hold after it.

    `kind` is what contracts and answers call it. `before` is the last certificate, valid or
    revoked; `after` is None if nothing is to hold. `because` lists codes; `caused_at` is the time
    of what caused the change.
    """

    act: Act
    step: int
    before: Issued | None
    after: Grant | None
    because: str
    caused_at: datetime

    @property
    def kind(self) -> Kind:
        match self.act:
            case Act.ISSUE:
                return "issue"
            case Act.SUPERSEDE | Act.OFFICER_REISSUES:
                return "supersede"
            case Act.REVOKE | Act.OFFICER_REVOKES:
                return "revoke"
            case Act.REINSTATE | Act.OFFICER_REINSTATES:
                return "reinstate"
            case _:
                assert_never(self.act)


def due_change(
    state: State, programme: Programme, person: Person | None, assessment: Assessment
) -> Change | None:
    """The change that is due, or None.

    Nothing is before the edition is closed, for facts arrive in any order. Without a profile
    nothing is issued, and an erased person's certificates stay as they are. What an officer
    revoked stays so until an officer reinstates it.
    """
    if programme.closed_at is None or person is None:
        return None
    before, since = state.issued.get(state.last_version), state.turn.at
    grant = _grant(state, person, assessment)
    stage = stage_of(state)
    match stage:
        case Stage.NONE | Stage.AWAITING_APPROVAL:
            return Change(Act.ISSUE, state.step, None, grant, AWARD, since) if grant else None
        case Stage.VALID:
            if grant is not None:
                return _supersession(state, programme, person, grant)
            because = ",".join(assessment.missing)
            return Change(Act.REVOKE, state.step, before, None, because, since)
        case Stage.REVOKED:
            return reinstatement(state, person, assessment)
        case Stage.SUPERSEDED | Stage.REVOKED_BY_OFFICER:
            return None
        case _:
            assert_never(stage)


def reinstatement(
    state: State,
    person: Person,
    assessment: Assessment,
    act: Act = Act.REINSTATE,
    because: str = AWARD,
) -> Change | None:
    """What would follow upon the last certificate, which is revoked; None if nothing is earned."""
    grant = _grant(state, person, assessment)
    if grant is None:
        return None
    before = state.issued[state.last_version]
    return Change(act, state.step, before, grant, because, state.turn.at)


def states(person: Person, modules: Iterable[ModuleSums]) -> Stated:
    """What a certificate would state now."""
    return Stated(person.name_en, person.name_ar, tuple(_result(each) for each in modules))


def restate(state: State, stated: Stated, naming: Naming) -> State:
    """Find out what the valid certificate states, if the state does not say.

    So after it was issued, and after a rebuild. Whether it is what holds now or, where an officer
    had it issued anew, what the one before it states, the credential's id tells. If it is neither,
    it is lost, and the certificate is due to be superseded.
    """
    version = state.last_version
    last = state.issued.get(version)
    if last is None or version in state.stated or state.status(version) != "valid":
        return state
    for each in (stated, state.stated.get(version - 1)):
        if each is not None and naming.credential_id(version, each) == last.credential_id:
            return replace(state, stated=placed(state.stated, version, each))
    return state


def forget(state: State) -> State:
    """Drop what certificates state of a person who was erased; ids and status stay."""
    return replace(state, stated={}) if state.stated else state


def _grant(state: State, person: Person, assessment: Assessment) -> Grant | None:
    if assessment.award is None or state.number is None:
        return None
    return Grant(assessment.award, state.number, states(person, assessment.modules))


def _supersession(
    state: State, programme: Programme, person: Person, grant: Grant
) -> Change | None:
    """A valid certificate gives way to one that says what holds now.

    What it says is its kind, its holder's names, and the results as they are printed: other facts
    that come to the same print change nothing. What it says of the edition (titles, place, what
    is required) is as its revision had it, and stands.
    """
    before = state.issued[state.last_version]
    said, now = state.stated.get(state.last_version), grant.stated
    reasons: dict[str, datetime] = {}
    if grant.certificate.id != before.certificate:
        reasons[AWARD] = state.turn.at
    if said is None or (said.name_en, said.name_ar) != (now.name_en, now.name_ar):
        reasons["name"] = person.at
    if said is None or said.results != now.results:
        reasons["results"] = max(state.latest, programme.revised_at)
    if not reasons:
        return None
    because = ",".join(reasons)
    return Change(Act.SUPERSEDE, state.step, before, grant, because, max(reasons.values()))


def _result(sums: ModuleSums) -> Result:
    best = sums.test.best if sums.test else None
    return Result(
        module=sums.module.id,
        scheduled=sums.scheduled,
        attended=as_printed(sums.attended, sums.scheduled),
        best_score="" if best is None else plain(best),
    )


def as_printed(attended: int, scheduled: int) -> int:
    """The fewest seconds that documents print alike.

    They print whole minutes, and hundredths of a percent of what is scheduled up to 100, both
    rounded down.
    """
    minutes = attended // 60
    if not scheduled:
        return minutes * 60
    hundredths = min(attended * 10_000 // scheduled, 10_000)
    return max(minutes * 60, -(-hundredths * scheduled // 10_000))
