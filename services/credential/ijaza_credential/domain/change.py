"""What ought to happen to a participant's certificates, and whether it may happen now.

A change is due as soon as what is known says so; it is carried out once its gate is open. The
same function tells the office what is proposed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

from ijaza_credential.domain.fold import placed, plain
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Certificate, Programme
from ijaza_credential.domain.rules import Assessment, ModuleSums, assess
from ijaza_credential.domain.state import Issued, Result, State, Stated

Kind = Literal["issue", "supersede", "revoke", "reinstate"]


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

    `before` is the last certificate, valid or revoked; `after` is None if nothing is to hold.
    `because` lists codes; `caused_at` is the time of what caused the change.
    """

    kind: Kind
    step: int
    before: Issued | None
    after: Grant | None
    because: str
    caused_at: datetime


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
    version = state.last_version
    before = state.issued.get(version)
    grant = _grant(state, person, assessment)
    since = state.turn.at
    if before is None:
        return Change("issue", state.step, None, grant, "", since) if grant else None
    match state.status(version):
        case "superseded":
            return None
        case "revoked":
            by_officer = bool(state.ended[version].actor)
            return None if by_officer else reinstatement(state, person, assessment)
        case "valid":
            if grant is None:
                because = ",".join(assessment.missing)
                return Change("revoke", state.step, before, None, because, since)
            return _supersession(state, programme, person, before, grant)


def reinstatement(state: State, person: Person, assessment: Assessment) -> Change | None:
    """What would follow upon the last certificate, which is revoked; None if nothing is earned."""
    grant = _grant(state, person, assessment)
    if grant is None:
        return None
    before = state.issued[state.last_version]
    return Change("reinstate", state.step, before, grant, "", state.turn.at)


def proposal(state: State, programme: Programme, person: Person | None) -> Change | None:
    """The change that waits for approval, if one does, of a state that is settled."""
    if not programme.revision or is_open(state, programme):
        return None
    return due_change(state, programme, person, assess(state, programme))


def is_open(state: State, programme: Programme) -> bool:
    """Whether a change may be carried out now: it asks for no approval, or has what it asks for."""
    return not asks_approval(state, programme) or approved_at(state, programme) is not None


def asks_approval(state: State, programme: Programme) -> bool:
    """The first certificate does with `issue: on_approval`, all else with `on_change: propose`."""
    return programme.propose if state.issued else programme.on_approval


def approved_at(state: State, programme: Programme) -> datetime | None:
    """When the next step had approvals enough, each of another actor; None if it has not."""
    times = sorted(state.approvals.get(state.step, {}).values())
    return times[programme.approvers - 1] if len(times) >= programme.approvers else None


def states(person: Person, modules: Iterable[ModuleSums]) -> Stated:
    """What a certificate would state now."""
    return Stated(person.name_en, person.name_ar, tuple(_result(each) for each in modules))


def restate(state: State, stated: Stated, naming: Naming) -> State:
    """Find out what the valid certificate states, if the state does not say.

    So after a rebuild. Whether it is what holds now, the credential's id tells. If it is not, it
    is lost, and the certificate is due to be superseded.
    """
    version = state.last_version
    last = state.issued.get(version)
    if last is None or version in state.stated or state.status(version) != "valid":
        return state
    if naming.credential_id(version, stated) != last.credential_id:
        return state
    return replace(state, stated=placed(state.stated, version, stated))


def forget(state: State) -> State:
    """Drop what certificates state of a person who was erased; ids and status stay."""
    return replace(state, stated={}) if state.stated else state


def _grant(state: State, person: Person, assessment: Assessment) -> Grant | None:
    if assessment.award is None or state.number is None:
        return None
    return Grant(assessment.award, state.number, states(person, assessment.modules))


def _supersession(
    state: State, programme: Programme, person: Person, before: Issued, grant: Grant
) -> Change | None:
    """A valid certificate gives way to one that says what holds now.

    What it says is its kind, its holder's names, and the results as they are printed: other facts
    that come to the same print change nothing. What it says of the edition (titles, place, what
    is required) is as its revision had it, and stands.
    """
    said, now = state.stated.get(state.last_version), grant.stated
    reasons: dict[str, datetime] = {}
    if grant.certificate.id != before.certificate:
        reasons["award"] = state.turn.at
    if said is None or (said.name_en, said.name_ar) != (now.name_en, now.name_ar):
        reasons["name"] = person.at
    if said is None or said.results != now.results:
        reasons["results"] = max(state.latest, programme.revised_at)
    if not reasons:
        return None
    because = ",".join(reasons)
    return Change("supersede", state.step, before, grant, because, max(reasons.values()))


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
