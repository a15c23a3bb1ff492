"""Examples of what is told of the issuer's keys, and of seals."""

from ijaza_contracts import audit, issuer
from ijaza_contracts.envelope import CloudEvent
from ijaza_contracts.example_edition import DEFINITION, utc

_KEY = "z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"

ISSUER: tuple[CloudEvent, ...] = (
    issuer.SigningKeyAnnounced(
        key_id="k1", at=utc("2019-12-01T08:00"), actor="office-1", public_key=_KEY
    ),
    issuer.SigningKeyRetired(
        key_id="k1", at=utc("2020-06-01T08:00"), actor="office-1", reason="yearly"
    ),
    audit.HistorySealed(
        edition=DEFINITION.id,
        participant="5f0c7a1be94d4a0f8f3c2d61b7a9e058",
        at=utc("2020-04-16T18:00"),
        number=1,
        changes=1,
        leaves=(
            "E:6d0f53c1a97e4b28b4f1c09d83a6e715:91b7e0c45f2da386",
            "N:0a4be27f915c43d8a6c0f7e21d9b8354:c5d10e7f98b23a64",
        ),
        head="5c0a9d7e41f8b26370c5e19fd48ab3720e6d15c8f9ba73240d61e8fc93b57a2e",
        public_key=_KEY,
        signature="q1Zr7w9XkT3mB0uVnHcY5sPdLfJ2oRgE8aKiQxWzNbM4tCvUyDhS6eGjOlAp0I1F-_q1Zr7w9XkT3mB0uVnHcY",
    ),
)
