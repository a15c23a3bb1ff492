"""Who carries out which command. Enrollment consumes no events: its inputs are commands alone.

| command | function | events |
|---|---|---|
| PublishEdition | Editions.publish | EditionPublished |
| ChangeSessions | Editions.change_sessions | EditionPublished, SessionsChanged |
| ChangeCalendar | Editions.change_calendar | EditionPublished, SessionsChanged |
| CloseEdition | Editions.close | EditionClosed |
| Apply | Applicants.apply | ApplicationSubmitted, PersonRecorded |
| RenamePerson | Applicants.rename | PersonRecorded |
| ErasePerson | Applicants.erase | the tombstone of PersonRecorded |
| Select | Selections.select | ParticipantSelected, ParticipantWaitlisted, ParticipantDeclined |
| Depart | Selections.depart | ParticipantWithdrawn, ParticipantSelected |
"""

from ijaza_runtime.outbox import Outbox
from ijaza_runtime.store import Store

from ijaza_enrollment.handlers.applicants import Applicants
from ijaza_enrollment.handlers.editions import Editions
from ijaza_enrollment.handlers.selections import Selections
from ijaza_enrollment.storage import Shelves


class Enrollment:
    """What the HTTP API and the command line speak to.

    `secret` derives the participants' ids (`ijaza_contracts.identity.participant_id`).
    """

    def __init__(self, store: Store, outbox: Outbox, secret: bytes) -> None:
        shelves = Shelves(store, outbox)
        self.editions = Editions(shelves)
        self.applicants = Applicants(shelves, secret)
        self.selections = Selections(shelves)


__all__ = ["Applicants", "Editions", "Enrollment", "Selections"]
