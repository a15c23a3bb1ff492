"""The ids of a participant's certificates: derived with the issuer's secret, never counted out."""

import uuid
from dataclasses import dataclass

from ijaza_contracts.identity import keyed

from ijaza_credential.documents.serial import serial
from ijaza_credential.documents.status_list import (
    block_and_place,
    status_index,
    status_list_number,
)
from ijaza_credential.domain.state import Stated


@dataclass(frozen=True, slots=True)
class KeyedNaming:
    """Derives the ids of one participant. Whoever lacks the secret can tell nothing from them."""

    secret: bytes
    edition: str
    participant: str

    def serial(self) -> str:
        """One for each participant; all their certificates bear it."""
        return serial(self.secret, self.edition, self.participant)

    def credential_id(self, version: int, stated: Stated) -> str:
        """A `urn:uuid` of the version and of all that the credential states."""
        results = (
            part
            for each in stated.results
            for part in (each.module, str(each.scheduled), str(each.attended), each.best_score)
        )
        derived = keyed(
            self.secret,
            "credential",
            self.edition,
            self.participant,
            str(version),
            stated.name_en,
            stated.name_ar,
            *results,
        )
        # Version 5 of a UUID says: derived from a name. Verifiers refuse one that says nothing.
        return uuid.UUID(hex=derived, version=5).urn

    def status_place(self, version: int, number: int) -> tuple[int, int]:
        """The status list of a certificate, and its index there (design.md §4)."""
        block, place = block_and_place(number)
        index = status_index(self.secret, self.edition, version, block, place)
        return status_list_number(version, block), index

    def graduation_id(self, version: int) -> str:
        """Made for the public topic alone, another one for each certificate."""
        return keyed(self.secret, "graduation", self.edition, self.participant, str(version))
