"""All corrections in any order, on all adapters: the newest decision holds, whoever is entitled
has exactly one valid certificate and nobody else has one, links form a line, nothing issued is
lost, and a replay issues nothing.

The four services run together; a model (`life_model.py`) says what ought to come of each step.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ijaza_assessment.domain.commands import AnnulAttempt, CorrectScore, RecordResult
from ijaza_assessment.handlers import deciding as by_assessment
from ijaza_attendance.domain.commands import CorrectAttendance, ExcuseAbsence
from ijaza_attendance.handlers import deciding as by_attendance
from ijaza_contracts.credential import (
    CertificateChange,
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
    CertificateSuperseded,
)
from ijaza_contracts.envelope import CloudEvent
from ijaza_credential import printers
from ijaza_credential.documents import pdf
from ijaza_credential.documents.subject import CertificateFacts
from ijaza_credential.domain.commands import Approve, Decline, Reinstate, Revoke, Seen
from ijaza_credential.domain.gate import proposal
from ijaza_credential.domain.life import LIFE, Act, Stage, stage_of
from ijaza_credential.domain.reissue import Reissue
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import deciding as by_credential
from ijaza_enrollment.domain.commands import (
    CancelSession,
    ChangeSessions,
    CloseEdition,
    Depart,
    ErasePerson,
    MoveSession,
    PublishEdition,
    RenamePerson,
)
from ijaza_enrollment.domain.entries import Departure
from ijaza_runtime.errors import Refusal

from tests.properties.life_house import BEGIN, DAYS, REFS, House, Policy, edition, opened, span
from tests.properties.life_model import Declined, Model, Says, Someone
from tests.servers.kafka import OwnKafka

pytestmark = pytest.mark.slow

people = st.sampled_from(REFS)
sessions = st.sampled_from(sorted(DAYS))
places = st.integers(0, len(REFS) - 1)
rarely = st.sampled_from([False, False, False, True])
actors = st.sampled_from(["dean", "head"])
policies = st.builds(
    Policy,
    st.sampled_from(["automatic", "on_approval"]),
    st.sampled_from(["at_once", "propose"]),
    st.sampled_from([1, 2]),
)
ENDED = {
    Stage.VALID: "",
    Stage.REVOKED: "revoked",
    Stage.REVOKED_BY_OFFICER: "revoked by an officer",
}


class CertificateLife(RuleBasedStateMachine):
    """Staff at work on one edition, before its closing and after it."""

    open_house: Callable[[], House]
    shared = False

    def __init__(self) -> None:
        super().__init__()
        self.house = type(self).open_house()
        self.steps = 0

    @initialize(
        policy=policies,
        scores=st.lists(st.sampled_from([40, 80, 80]), min_size=3, max_size=3),
        closed=st.sampled_from([True, True, True, False]),
    )
    def begin(self, policy: Policy, scores: list[int], closed: bool) -> None:
        """Everybody was there all the time, and took the test once."""
        self.edition, self.ids = self.house.run(self.house.begin(policy))
        self.policy = policy
        self.model = Model(policy, {ref: Someone(ref) for ref in REFS})
        for ref, score in zip(REFS, scores, strict=True):
            self.tried(ref, 1, score)
        if closed:
            self.the_edition_is_closed()

    @rule(ref=people, session=sessions, minutes=st.sampled_from([0, 130, 240]))
    def attendance_is_corrected(self, ref: str, session: str, minutes: int) -> None:
        command = CorrectAttendance(
            session=session, minutes=minutes, actor="office", reason="", **self.stamp()
        )
        if self.perform("attendance", ref, by_attendance(command)):
            self.model.people[ref].credited[session] = minutes
            self.heard(ref)
        self.come_true()

    @rule(ref=people, session=sessions)
    def an_absence_is_excused(self, ref: str, session: str) -> None:
        command = ExcuseAbsence(session=session, actor="office", reason="", **self.stamp())
        if self.perform("attendance", ref, by_attendance(command)):
            self.model.people[ref].excused.add(session)
            self.heard(ref)
        self.come_true()

    @rule(ref=people, score=st.sampled_from([20, 61, 95]))
    def a_score_is_corrected(self, ref: str, score: int) -> None:
        command = CorrectScore(
            module="m2",
            attempt=1,
            score=Decimal(score),
            actor="examiner",
            reason="",
            **self.stamp(),
        )
        if self.perform("assessment", ref, by_assessment(command)):
            self.model.people[ref].scores[1] = score
            self.heard(ref)
        self.come_true()

    @rule(ref=people, score=st.sampled_from([30, 70]))
    def a_test_is_taken_again(self, ref: str, score: int) -> None:
        if 2 not in self.model.people[ref].scores:
            self.tried(ref, 2, score)

    @rule(ref=people, attempt=st.sampled_from([1, 2]))
    def an_attempt_is_annulled(self, ref: str, attempt: int) -> None:
        command = AnnulAttempt(
            module="m2", attempt=attempt, actor="examiner", reason="", **self.stamp()
        )
        if self.perform("assessment", ref, by_assessment(command)):
            self.model.people[ref].annulled.add(attempt)
            self.heard(ref)
        self.come_true()

    @rule(session=sessions)
    def a_session_is_cancelled(self, session: str) -> None:
        self.change_sessions(CancelSession(session=session, actor="office", **self.stamp()))
        self.model.cancelled.add(session)
        self.come_true()

    @rule(session=sessions, away=st.booleans())
    def a_session_is_moved(self, session: str, away: bool) -> None:
        start, end = span(session, moved=away)
        self.change_sessions(
            MoveSession(session=session, start=start, end=end, actor="office", **self.stamp())
        )
        (self.model.moved.add if away else self.model.moved.discard)(session)
        self.come_true()

    @rule(percent=st.sampled_from([40, 60, 80, 100]))
    def the_rules_are_revised(self, percent: int) -> None:
        definition = edition(self.edition, self.policy, percent)
        command = PublishEdition(
            definition=definition, at=self.stamp()["at"], actor="office", revise=True
        )
        self.house.run(self.house.desk("enrollment").editions.publish(command))
        self.model.percent = percent
        self.model.heard_of_all()
        self.come_true()

    @rule(ref=st.sampled_from(["ben", "cem"]))
    def somebody_withdraws(self, ref: str) -> None:
        at = self.stamp()
        left = Departure(at["correction"], self.ids[ref], "withdraw", at["at"], "office")
        command = Depart(edition=self.edition, departures=(left,))
        self.house.run(self.house.desk("enrollment").selections.depart(command))
        self.model.people[ref].withdrawn = True
        self.heard(ref)
        self.come_true()

    @rule(ref=people, name=st.sampled_from(["Amina", "Amīna", "ana"]))
    def a_name_is_corrected(self, ref: str, name: str) -> None:
        someone = self.model.people[ref]
        command = RenamePerson(
            edition=self.edition,
            participant=self.ids[ref],
            target="name_en",
            value=name,
            actor="office",
            **self.stamp(),
        )
        self.house.run(self.house.desk("enrollment").applicants.rename([command]))
        if not someone.erased:
            someone.name = name
            self.heard(ref)
        self.come_true()

    @precondition(lambda self: self.model.closed)
    @rule(ref=st.just("cem"))
    def somebody_is_erased(self, ref: str) -> None:
        command = ErasePerson(edition=self.edition, participant=self.ids[ref])
        self.house.run(self.house.desk("enrollment").applicants.erase(command))
        self.model.people[ref].erased = True
        self.come_true()

    @precondition(lambda self: not self.model.closed)
    @rule()
    def the_edition_is_closed(self) -> None:
        command = CloseEdition(edition=self.edition, at=self.stamp()["at"], actor="office")
        self.house.run(self.house.desk("enrollment").editions.close(command))
        self.model.closed = True
        self.come_true()

    @rule(place=places, actor=actors)
    def somebody_approves(self, place: int, actor: str) -> None:
        """The first certificate or what waits: whatever it is."""
        ref = self.one(place, lambda each: not each.line or self.waits(each))
        someone = self.model.people[ref]
        command = Approve(actor=actor, at=self.stamp()["at"])
        waits = not someone.line or self.waits(someone)
        if self.perform("credential", ref, by_credential(command, self.secret)):
            assert not someone.declined or not self.model.due(someone)
            step = someone.step if waits else someone.step - 1
            someone.approved.setdefault(step, set()).add(actor)
        else:
            assert someone.declined or (someone.erased and not someone.line), "why not?"
        self.come_true()

    @rule(place=places, actor=actors, stale=rarely)
    def a_proposal_is_confirmed(self, place: int, actor: str, stale: bool) -> None:
        self.a_word(self.one(place, self.waits), actor, stale=stale, decline=False)

    @rule(place=places, actor=actors, stale=rarely)
    def a_proposal_is_declined(self, place: int, actor: str, stale: bool) -> None:
        self.a_word(self.one(place, self.waits), actor, stale=stale, decline=True)

    @rule(place=places)
    def an_officer_revokes(self, place: int) -> None:
        ref = self.one(place, lambda each: each.held is not None)
        someone = self.model.people[ref]
        command = Revoke(actor="officer", reason="doubt", at=self.stamp()["at"])
        done = self.perform("credential", ref, by_credential(command, self.secret))
        assert done == (someone.stage in ("valid", "revoked by an officer"))
        if someone.held:
            self.model.revoke(someone, "revoked by an officer")
        self.come_true()

    @rule(place=places)
    def an_officer_reinstates(self, place: int) -> None:
        ref = self.one(place, lambda each: each.stage == "revoked by an officer")
        someone = self.model.people[ref]
        command = Reinstate(actor="officer", reason="cleared", at=self.stamp()["at"])
        done = self.perform("credential", ref, by_credential(command, self.secret))
        wanted = self.model.earns(someone)
        if someone.stage == "revoked by an officer" and wanted and not someone.erased:
            assert done
            self.model.follow(someone, wanted)
        self.come_true()

    @rule(place=places, twice=st.booleans())
    def an_officer_reissues(self, place: int, twice: bool) -> None:
        """Whatever is valid, unless a change of it waits; the same order twice is one."""
        ref = self.one(place, lambda each: each.held is not None)
        someone = self.model.people[ref]
        command = Reissue(actor="officer", reason="file-lost", at=self.stamp()["at"])
        allowed = someone.held is not None and not someone.erased
        allowed = allowed and (not self.waits(someone) or someone.declined is not None)
        for _ in range(1 + twice):
            assert self.perform("credential", ref, by_credential(command, self.secret)) == allowed
        if allowed:
            self.model.reissue(someone)
        self.come_true()

    @invariant()
    def the_newest_decision_holds(self) -> None:
        """Certificates are those of the model, and say what it says, erased people's apart."""
        states = self.house.run(self.house.states(list(self.ids.values())))
        for ref, someone in self.model.people.items():
            state = states[self.ids[ref]]
            assert _line(state) == [(each.says.award, each.ended) for each in someone.line], ref
            assert state.step == someone.step, ref
            if someone.erased:
                assert not state.stated
            elif someone.line:
                assert _says(state) == someone.line[-1].says, ref

    @invariant()
    def one_is_valid_of_whoever_is_entitled(self) -> None:
        """But where an officer has spoken, somebody's word is waited for, or a person is erased."""
        states = self.house.run(self.house.states(list(self.ids.values())))
        programme = self.house.programme(self.edition)
        for ref, someone in self.model.people.items():
            state, person = states[self.ids[ref]], self.house.person(self.ids[ref])
            valid = [each for each in state.issued if state.status(each) == "valid"]
            assert len(valid) <= 1
            if proposal(state, programme, person) or someone.erased or not self.model.closed:
                continue
            if stage_of(state) is Stage.REVOKED_BY_OFFICER:
                assert not valid
                continue
            assert bool(valid) == (self.model.earns(someone) is not None), ref

    @invariant()
    def what_is_told_is_a_line_of_lawful_acts(self) -> None:
        """Versions are 1…n, each links to the one before, and each act is allowed at its stage."""
        told = self.house.run(self.house.told(self.edition))
        for participant in self.ids.values():
            _check_line([each for each in told if each.key == participant])

    def teardown(self) -> None:
        """Credential's store follows from the topics, and every certificate has its documents."""
        try:
            if hasattr(self, "model"):
                self.house.run(self.documents_are_there())
                assert self.house.run(self.house.replayed()) == []
                assert self.house.run(self.house.still_said()) >= set(self.house.said)
        finally:
            if not self.shared:
                self.house.run(self.house.close())
                self.house.runner.close()

    async def documents_are_there(self) -> None:
        states = await self.house.states(list(self.ids.values()))
        issued = {each.credential_id for one in states.values() for each in one.issued.values()}
        made = await self.house.desk("credential").documents.find(issued)
        erased = {self.ids[ref] for ref, one in self.model.people.items() if one.erased}
        for participant, state in states.items():
            for each in state.issued.values():
                files = made[each.credential_id]
                assert (files.pdf is None) == (participant in erased)

    def a_word(self, ref: str, actor: str, *, stale: bool, decline: bool) -> None:
        """Somebody decides on what they see, or saw before the last change of it."""
        someone = self.model.people[ref]
        state = self.house.run(self.house.states([self.ids[ref]]))[self.ids[ref]]
        seen = self.seen(state)
        if seen is None:
            return
        if stale:
            seen = Seen(seen.step, "0" * 32)
        at = self.stamp()["at"]
        command = (
            Decline(actor=actor, reason="not-proven", at=at, seen=seen)
            if decline
            else Approve(actor=actor, at=at, seen=seen)
        )
        knows = not decline and actor in someone.approved.get(seen.step, set())
        done = self.perform("credential", ref, by_credential(command, self.secret))
        waits = self.waits(someone) and not someone.declined
        assert done == (knows or (waits and not stale))
        if done and decline:
            someone.declines += 1
            someone.declined = Declined(self.model.earns(someone), someone.heard)
        elif done:
            someone.approved.setdefault(seen.step, set()).add(actor)
        self.come_true()

    def waits(self, someone: Someone) -> bool:
        """Whether a change of somebody's certificate is due and asks for approval."""
        return self.model.due(someone) and self.model.gated(someone)

    def one(self, place: int, suits: Callable[[Someone], bool]) -> str:
        """One of those whom something suits, or anybody if it suits nobody."""
        suitable = [ref for ref, someone in self.model.people.items() if suits(someone)]
        among = suitable or list(REFS)
        return among[place % len(among)]

    def seen(self, state: State) -> Seen | None:
        """What the office sees as proposed."""
        programme = self.house.programme(self.edition)
        found = proposal(state, programme, self.house.person(state.participant))
        return Seen(found.change.step, found.facts) if found else None

    def come_true(self) -> None:
        """Let the services do their work, and say what ought to come of it.

        A declined proposal stays declined while nothing is heard, and is proposed again if what is
        heard asks for something else; a fact said anew may or may not ask for the same again.
        """
        self.house.run(self.house.drain())
        states = self.house.run(self.house.states(list(self.ids.values())))
        programme = self.house.programme(self.edition)
        for ref, someone in self.model.people.items():
            if someone.declined is None:
                continue
            person = self.house.person(self.ids[ref])
            found = proposal(states[self.ids[ref]], programme, person)
            still = found is not None and found.declined is not None
            if self.model.due(someone):
                if someone.heard == someone.declined.heard:
                    assert still, "nothing was heard since it was declined"
                if self.model.earns(someone) != someone.declined.wanted:
                    assert not still, "something else ought to happen by now"
            if not still and someone.heard != someone.declined.heard:
                someone.declined = None
        self.model.settle()

    def tried(self, ref: str, attempt: int, score: int) -> None:
        command = RecordResult(
            module="m2", attempt=attempt, score=Decimal(score), taken_at=self.stamp()["at"]
        )
        if self.perform("assessment", ref, by_assessment(command)):
            self.model.people[ref].scores[attempt] = score
            self.heard(ref)
        self.come_true()

    def change_sessions(self, change: CancelSession | MoveSession) -> None:
        command = ChangeSessions(edition=self.edition, changes=(change,))
        self.house.run(self.house.desk("enrollment").editions.change_sessions(command))
        self.model.heard_of_all()

    def heard(self, ref: str) -> None:
        self.model.people[ref].heard += 1

    def perform(self, service: str, ref: str, decide: Any) -> bool:
        """Let a service carry out a command; whether it was allowed."""
        commands = self.house.desk(service).commands
        try:
            self.house.run(commands.perform(self.edition, self.ids[ref], decide))
        except Refusal:
            return False
        return True

    def stamp(self) -> dict[str, Any]:
        """A time after all before it, and an id."""
        self.steps += 1
        return {
            "at": BEGIN + timedelta(days=20, minutes=self.steps),
            "correction": f"c{self.steps}",
        }

    @property
    def secret(self) -> bytes:
        return cast(bytes, self.house.desk("credential").secret)


def _line(state: State) -> list[tuple[str, str]]:
    """Each certificate, and how it ended."""
    last = state.last_version
    return [
        (issued.certificate, ENDED[stage_of(state)] if version == last else state.status(version))
        if version == last or state.status(version) != "revoked"
        else (issued.certificate, _revoked(state, version))
        for version, issued in sorted(state.issued.items())
    ]


def _revoked(state: State, version: int) -> str:
    return "revoked by an officer" if state.ended[version].actor else "revoked"


def _says(state: State) -> Says:
    """What the last certificate says."""
    stated = state.stated[state.last_version]
    results = tuple(
        (
            each.scheduled // 60,
            each.attended // 60,
            int(each.best_score) if each.best_score else None,
        )
        for each in stated.results
    )
    return Says(state.issued[state.last_version].certificate, stated.name_en, results)


def _check_line(told: list[CloudEvent]) -> None:
    issued = [each for each in told if isinstance(each, CertificateIssued)]
    ids = [each.credential_id for each in issued]
    assert [each.version for each in issued] == list(range(1, len(issued) + 1))
    assert [each.predecessor for each in issued] == [None, *ids][: len(issued)]
    assert len({each.serial for each in issued}) <= 1
    assert [each.at for each in issued] == sorted(each.at for each in issued)
    stage = Stage.NONE
    for act in _acts(told):
        follows = LIFE[stage][act]
        assert isinstance(follows, Stage), (stage, act)
        stage = follows


def _acts(told: list[CloudEvent]) -> Iterator[Act]:
    """What was done, by the event that tells of it beside the issue of a further version."""
    for each in told:
        if isinstance(each, CertificateChange):
            assert each.because, "every change says why"
        match each:
            case CertificateIssued(version=1):
                yield Act.ISSUE
            case CertificateSuperseded():
                yield Act.OFFICER_REISSUES if each.actor else Act.SUPERSEDE
            case CertificateRevoked():
                yield Act.OFFICER_REVOKES if each.actor else Act.REVOKE
            case CertificateReinstated():
                yield Act.OFFICER_REINSTATES if each.actor else Act.REINSTATE
            case _:
                pass


@pytest.fixture(autouse=True, scope="module")
def _a_page_is_a_digest() -> Iterator[None]:
    """Of what it says and of the credential in it: setting pages would take most of the time."""

    def page(facts: CertificateFacts, credential: bytes, *_: object) -> bytes:
        return sha256(repr(facts).encode() + credential).digest()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "render_pdf", page)
        # Workers know nothing of this, and so would print pages.
        patch.setattr(printers, "FEW", sys.maxsize)
        yield


def _live(house: Callable[[], House], *, examples: int, steps: int, shared: bool = False) -> None:
    machine = type(
        "Life", (CertificateLife,), {"open_house": staticmethod(house), "shared": shared}
    )
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_life_in_memory(tmp_path: Path) -> None:
    """Many lives, quickly."""
    _live(lambda: opened("memory://", "memory://", tmp_path), examples=50, steps=40)


def test_any_life_in_sqlite(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    """The embedded default, in files."""

    def house() -> House:
        folder = tmp_path_factory.mktemp("life")
        return opened(f"sqlite:///{folder}/bus.db", f"sqlite:///{folder}", tmp_path)

    _live(house, examples=5, steps=25)


def test_any_life_on_servers(own_kafka: OwnKafka, mongo: str, tmp_path: Path) -> None:
    """Kafka and MongoDB: one house, in which each life is an edition of its own."""
    shared = opened(f"kafka://{own_kafka().address}", f"{mongo}{tmp_path.name}", tmp_path)
    try:
        _live(lambda: shared, examples=3, steps=10, shared=True)
    finally:
        shared.run(shared.close())
        shared.runner.close()
