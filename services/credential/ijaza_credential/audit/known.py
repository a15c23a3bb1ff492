"""What an audit holds the log to, beside the seals on it: the store's own knowledge."""

from collections.abc import AsyncIterator, Mapping, Sequence

from ijaza_runtime.store import Store

from ijaza_credential.audit.records import Found
from ijaza_credential.audit.report import Known
from ijaza_credential.audit.sealing import COLLECTION as SEALS
from ijaza_credential.audit.sealing import sealed_in
from ijaza_credential.documents.register import CertificateStatus
from ijaza_credential.storage import COLLECTION as STATES
from ijaza_credential.storage import decode, states_of


async def known_to(store: Store, people: Sequence[str]) -> dict[str, Known]:
    """What the store knows of these participants: it was folded before anybody changed the log."""
    states = await store.load(STATES, people)
    seals = await store.load(SEALS, people)
    known = {}
    for participant, document in states.items():
        state = decode(document.body)
        known[participant] = Known(
            credentials=frozenset(each.credential_id for each in state.issued.values()),
            ended=frozenset(state.issued[version].credential_id for version in state.ended),
            seals=sealed_in(seals[participant]).number if participant in seals else 0,
        )
    return known


async def holder(store: Store, wanted: str) -> Found | None:
    """Whose certificate has this serial or credential id, as the store knows it."""
    for document in await store.find(STATES, wanted):
        state = decode(document.body)
        serial = next(each.serial for each in state.issued.values())
        return Found(state.edition, state.participant, serial)
    return None


async def holders(store: Store, edition: str) -> AsyncIterator[Found]:
    """Everybody of an edition who was issued a certificate, as the store knows it."""
    async for state in states_of(store, edition):
        for issued in list(state.issued.values())[:1]:
            yield Found(edition, state.participant, issued.serial)


def listed_in(entries: Mapping[str, Mapping[str, object]]) -> dict[str, Known]:
    """What a register tells, by serial."""
    found: dict[str, Known] = {}
    for credential_id, entry in entries.items():
        before = found.get(str(entry["serial"]), Known())
        one = frozenset((credential_id,))
        ended = frozenset() if entry["status"] == CertificateStatus.VALID.value else one
        found[str(entry["serial"])] = Known(before.credentials | one, before.ended | ended)
    return found
