"""Audits where an operator makes them: on the bus itself, with all that may bear on them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ijaza_contracts.topics import SERVICES
from ijaza_credential.audit.known import holder, holders, known_to, listed_in
from ijaza_credential.audit.records import Found, find
from ijaza_credential.audit.report import Audit, Known, Scope, audits, people_of
from ijaza_credential.documents.did import build_did_document
from ijaza_credential.documents.extract import ExtractionError, attached_credential
from ijaza_credential.documents.proof import ProofError
from ijaza_credential.documents.register import verify_register
from ijaza_credential.documents.serial import SerialError, parse_serial
from ijaza_credential.documents.strict_json import StrictJsonError, read_object
from ijaza_credential.documents.summary import UnreadableCredentialError, read_credential
from ijaza_credential.signing import KEYS, IssuerKeys
from ijaza_runtime.bus import Bus
from ijaza_runtime.errors import Invalid, NotKnown
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

EVERYTHING = Scope(scans=True, letters=SERVICES)
_MOST = 32 << 20


@dataclass(frozen=True, slots=True)
class Earlier:
    """A register of before: what it tells of an edition's certificates, by serial."""

    edition: str = ""
    known: Mapping[str, Known] = field(default_factory=dict)


class Auditor:
    """Reads bus and store, and changes nothing."""

    def __init__(self, bus: Bus, store: Store, keys: Path) -> None:
        self._bus = bus
        self._store = store
        self._references = References(bus, [KEYS])
        self._keys = IssuerKeys(keys, self._references)

    async def close(self) -> None:
        """Stop reading."""
        await self._references.close()

    async def earlier(self, register: bytes | None) -> Earlier:
        """What a register of before says. Raises `Invalid` if the issuer did not sign it."""
        if register is None:
            return Earlier()
        await self._keys.refresh()
        try:
            content = read_object(register)
            issuer = str(content.get("issuer", "")).removeprefix("did:web:").replace("%3A", ":")
            listed = build_did_document(issuer, sorted(self._keys.ever()))
            entries = verify_register(content, listed)
        except (StrictJsonError, ProofError) as fault:
            raise Invalid("no-register", f"no register of this issuer: {fault}") from None
        return Earlier(str(content["edition"]), listed_in(entries))

    async def certificate(self, wanted: str, earlier: Earlier) -> Audit:
        """The audit of one certificate, by serial, credential id or file. Raises `NotKnown`."""
        name = _name(wanted)
        found = await holder(self._store, name) or await find(self._bus, name)
        if found is None and name in earlier.known:
            found = Found(earlier.edition, "", name)
        if found is None:
            raise NotKnown("certificate-not-known", f"neither log nor store knows {name}")
        known = await self._known([found], earlier)
        async for audit in self._audits([found], known):
            return audit
        raise AssertionError("one was asked for, and one is given")

    async def edition(self, edition: str, earlier: Earlier) -> AsyncIterator[Audit]:
        """The audits of everybody of an edition who was issued a certificate, by serial.

        Those whom the store or the register of before knows, and the log does not, are among them.
        Raises `NotKnown` if there is nobody.
        """
        by_serial = {each.serial: each for each in await people_of(self._bus, edition)}
        async for each in holders(self._store, edition):
            by_serial.setdefault(each.serial, each)
        if earlier.edition == edition:
            for serial in earlier.known:
                by_serial.setdefault(serial, Found(edition, "", serial))
        if not by_serial:
            raise NotKnown("edition-not-known", f"no certificate of {edition} was ever issued here")
        people = [by_serial[serial] for serial in sorted(by_serial)]
        known = await self._known(people, earlier)
        async for audit in self._audits(people, known):
            yield audit

    async def _audits(
        self, people: list[Found], known: Mapping[str, Known]
    ) -> AsyncIterator[Audit]:
        await self._keys.refresh()
        async for audit in audits(self._bus, people, self._keys.ever(), EVERYTHING, known):
            yield audit

    async def _known(self, people: list[Found], earlier: Earlier) -> dict[str, Known]:
        stored = await known_to(self._store, [each.participant for each in people])
        return {
            each.serial: _both(
                stored.get(each.participant, Known()),
                earlier.known.get(each.serial, Known()),
            )
            for each in people
        }


def _both(stored: Known, listed: Known) -> Known:
    return Known(stored.credentials | listed.credentials, stored.ended | listed.ended, stored.seals)


def _name(wanted: str) -> str:
    """A serial or a credential's id, as it is, or of the file that is named. Raises `Invalid`."""
    path = Path(wanted)
    if path.is_file():
        data = path.read_bytes()[:_MOST]
        try:
            text = attached_credential(data) if data.startswith(b"%PDF-") else data
            return read_credential(read_object(text)).serial
        except (ExtractionError, StrictJsonError, UnreadableCredentialError) as fault:
            raise Invalid("no-certificate", f"{path} is no certificate: {fault}") from None
    if wanted.startswith("urn:uuid:"):
        return wanted
    try:
        return parse_serial(wanted)
    except SerialError as fault:
        why = f"{wanted}: no file, credential id or serial: {fault}"
        raise Invalid("no-certificate", why) from None
