"""What came of an edition in the whole chain, without what may differ from one course to another.

Until the closing, facts arrive in any order, and what is said in between depends on it: how often
eligibility was won and lost, and which version of a slot was the first to say the seconds, or the
outcome, that hold at the end (a later fact that changes neither is published by nobody). So of
those, the values are compared; all else, and every certificate to the byte, as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ijaza_assessment import main as assessment
from ijaza_assessment.domain.state import State as Assessed
from ijaza_attendance import main as attendance
from ijaza_attendance.domain.state import State as Attended
from ijaza_contracts.credential import (
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
    CertificateSuperseded,
    GraduationRevoked,
    GraduationSuperseded,
    ParticipantGraduated,
)
from ijaza_contracts.envelope import Event, decode
from ijaza_contracts.topics import CREDENTIAL, GRADUATIONS
from ijaza_credential import main as credential
from ijaza_credential.domain.programme import BEGINNING
from ijaza_credential.domain.rules import assess
from ijaza_credential.domain.state import State as Decided

from tests.properties.chain import Chain
from tests.properties.chain_edition import PARTICIPANTS

_OF_CERTIFICATES: Mapping[str, type[Event]] = {
    event.TYPE: event
    for event in (
        CertificateIssued,
        CertificateSuperseded,
        CertificateRevoked,
        CertificateReinstated,
        ParticipantGraduated,
        GraduationSuperseded,
        GraduationRevoked,
    )
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the services hold, by participant, and what was said of certificates, by event id.

    `documents` are the SHA-256 of each certificate's PDF and credential, by its id.
    """

    attendance: Mapping[str, Any]
    assessment: Mapping[str, Any]
    credential: Mapping[str, Decided]
    said: Mapping[str, bytes]
    documents: Mapping[str, tuple[str, str]]

    @property
    def awards(self) -> dict[str, str]:
        """Who holds which certificate."""
        return {
            name: state.issued[state.last_version].certificate
            for name, state in self.credential.items()
            if state.issued and state.status(state.last_version) == "valid"
        }


async def outcome_of(chain: Chain) -> Outcome:
    """What came of the edition."""
    attended = await chain.desk(attendance.NAME).commands.read_many(PARTICIPANTS)
    assessed = await chain.desk(assessment.NAME).commands.read_many(PARTICIPANTS)
    decided = await states_of(chain)
    ids = [each.credential_id for state in decided.values() for each in state.issued.values()]
    documents = await chain.desk(credential.NAME).documents.find(ids)
    return Outcome(
        attendance={name: _attendance(state) for name, state in attended.items()},
        assessment={name: _assessment(state) for name, state in assessed.items()},
        credential={name: _credential(state) for name, state in decided.items()},
        said=await said_of_certificates(chain),
        documents={
            key: (each.pdf_sha256, each.credential_sha256) for key, each in documents.items()
        },
    )


async def states_of(chain: Chain) -> dict[str, Decided]:
    """What credential knows, by participant."""
    states: dict[str, Decided] = await chain.desk(credential.NAME).commands.read_many(PARTICIPANTS)
    return states


async def entitled(chain: Chain) -> dict[str, str]:
    """Who has earned which certificate, by what credential knows."""
    desk = chain.desk(credential.NAME)
    earned = {}
    for name, state in (await states_of(chain)).items():
        award = assess(state, desk.programme(state.edition)).award
        if award is not None and desk.person(name) is not None:
            earned[name] = award.id
    return earned


async def certificates(chain: Chain) -> dict[str, list[CertificateIssued]]:
    """The certificates of each participant as they stand on the topic, by version."""
    found: dict[str, dict[str, CertificateIssued]] = {name: {} for name in PARTICIPANTS}
    for event in await _events(chain, CREDENTIAL.name):
        if isinstance(event, CertificateIssued):
            found[event.participant][event.id] = event
    return {
        name: sorted(issued.values(), key=lambda event: event.version)
        for name, issued in found.items()
    }


async def over(chain: Chain) -> set[str]:
    """The ids of the credentials that were superseded or revoked, as it stands on the topic."""
    return {
        event.credential_id
        for event in await _events(chain, CREDENTIAL.name)
        if isinstance(event, CertificateSuperseded | CertificateRevoked)
    }


async def said_of_certificates(chain: Chain) -> dict[str, bytes]:
    """What was said of certificates and graduations, by event id.

    An event may come twice, and then says the same.
    """
    said: dict[str, bytes] = {}
    for topic in (CREDENTIAL.name, GRADUATIONS.name):
        for event in await _events(chain, topic):
            assert said.setdefault(event.id, event.body()) == event.body(), "one id, one event"
    return said


async def _events(chain: Chain, topic: str) -> list[Event]:
    records = await chain.records(topic)
    events = [
        decode(record.headers, record.value or b"", _OF_CERTIFICATES)
        for record in records
        if "poison" not in record.headers
    ]
    return [event for event in events if event is not None]


def _attendance(state: Attended) -> object:
    """A slot of nothing is the same, whether it was said to be of nothing or was never spoken of.

    So a session that a revision moved away from its scans, if these had been published before.
    """
    seconds = {session: said.seconds for session, said in state.published.items() if said.seconds}
    return replace(state, published={}), seconds


def _assessment(state: Assessed) -> object:
    outcomes = {
        slot: attempt.published and attempt.published[2:]
        for slot, attempt in state.attempts.items()
    }
    attempts = {slot: replace(each, published=None) for slot, each in state.attempts.items()}
    return replace(state, attempts=attempts), outcomes


def _credential(state: Decided) -> Decided:
    return replace(
        state,
        latest=BEGINNING,
        turn=state.turn._replace(number=0, at=BEGINNING),
        attended={
            session: each._replace(revision=0, facts=0)
            for session, each in state.attended.items()
            if each.seconds
        },
        tests={
            module: {
                number: each._replace(revision=0, facts=0) for number, each in attempts.items()
            }
            for module, attempts in state.tests.items()
        },
    )
