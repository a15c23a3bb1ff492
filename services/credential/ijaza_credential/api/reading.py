"""What a route reads: the rules of an edition, a participant's state, and a decision on both."""

from dataclasses import dataclass
from datetime import datetime

from ijaza_runtime.commands import Commands
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_credential.api.decision_views import DecisionView, decision_view
from ijaza_credential.documents.serial import SerialError, parse_serial
from ijaza_credential.domain.decision import explain
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import EDITIONS, PEOPLE
from ijaza_credential.storage import COLLECTION, decode


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for the routes. What is not there is refused as not known."""

    commands: Commands[State, Programme, Person]
    references: References
    store: Store

    async def programme(self, edition: str) -> Programme:
        """The newest revision of an edition."""
        await self.references.refresh()
        programme = self.references.get(EDITIONS, edition)
        if programme is None or not programme.revision:
            raise NotKnown("edition-not-known", f"edition {edition} is not known here")
        return programme

    async def decision(self, edition: str, participant: str, at: datetime) -> DecisionView:
        """Why one participant gets a certificate or not, as of a time."""
        programme = await self.programme(edition)
        state = await self.participant(edition, participant)
        person = self.references.get(PEOPLE, participant)
        return decision_view(explain(state, programme, at, person), state, programme, person)

    async def participant(self, edition: str, participant: str) -> State:
        """What is known of a participant of an edition."""
        state = await self.commands.read(participant)
        if state is None or state.edition != edition:
            raise NotKnown(
                "participant-not-known",
                f"nothing is known of a participant {participant} of edition {edition}: check both",
            )
        return state

    async def by_serial(self, typed: str) -> State:
        """The participant of a serial, however it was typed."""
        try:
            serial = parse_serial(typed)
        except SerialError as fault:
            raise NotKnown("serial-not-known", str(fault)) from None
        found = await self.store.find(COLLECTION, serial)
        if not found:
            raise NotKnown("serial-not-known", f"no certificate has the serial {serial}")
        return decode(found[0].body)
