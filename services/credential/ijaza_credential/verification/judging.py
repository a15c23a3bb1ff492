"""Checking a file that somebody sent: is it ours, is it unchanged, does it stand?

The file is looked at in memory and forgotten. What it says is believed only as far as a signature
of this issuer covers it; where it stands, our own records say.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature

from ijaza_credential.documents.contexts import UnknownContextError
from ijaza_credential.documents.extract import ExtractionError
from ijaza_credential.documents.jwt import ClaimsError, Jwt, UnknownKeyError, verify_jwt
from ijaza_credential.documents.proof import ProofError, verify
from ijaza_credential.documents.rdf import UnsignableError
from ijaza_credential.documents.strict_json import StrictJsonError, read_object
from ijaza_credential.documents.summary import CredentialSummary, UnreadableCredentialError
from ijaza_credential.site import IssuerSite
from ijaza_credential.verification.finding import Finder, Held
from ijaza_credential.verification.outcome import Outcome, Says, Step, Verdict
from ijaza_credential.verification.pdf_readers import PdfReaders, ReadingStoppedError
from ijaza_credential.verification.reading import Sent, read

LONGEST_DID = 200


class Judge:
    """Checks files against the issuer's keys and records."""

    def __init__(
        self,
        finder: Finder,
        site: IssuerSite,
        readers: PdfReaders,
        clock: Callable[[], datetime],
    ) -> None:
        self._finder = finder
        self._site = site
        self._readers = readers
        self._clock = clock

    async def judge(self, data: bytes) -> Outcome:
        """The verdict on a file's bytes."""
        if not data:
            return _refused("file-none")
        try:
            sent = await read(data, self._readers)
        except ReadingStoppedError:
            return _refused("file-stopped")
        except ExtractionError:
            return _refused("file-bare-pdf")
        except (StrictJsonError, UnreadableCredentialError):
            return _refused("file-unreadable")
        summary = sent.summary
        file = Step(f"file-is-{sent.kind}", "passed")
        did_document = await self._site.did_document_of(summary.issuer)
        if did_document is None:
            foreign = Step("issuer-foreign", "failed", did=summary.issuer[:LONGEST_DID])
            return Outcome("foreign", (file, foreign))
        ours = Step("issuer-ours", "passed", issuer=summary.issuer_name)
        proof = await asyncio.to_thread(_proof, sent, read_object(did_document))
        if proof.outcome == "failed":
            return Outcome("false", (file, ours, proof))
        held = await self._finder.find_credential(summary.credential_id)
        zone = await self._zone(held)
        steps = (
            file,
            ours,
            proof,
            _validity(summary, self._clock(), zone),
            _status(held, zone),
            *await self._bytes(sent, data),
        )
        return Outcome(
            _verdict(steps, is_pdf=sent.kind == "pdf"),
            steps,
            Says(
                names=summary.holder_names,
                title=summary.title,
                achievement=summary.achievement,
                issued_on=summary.valid_from.astimezone(zone).date(),
                issuer=summary.issuer_name,
                serial=summary.serial,
            ),
            "" if held is None or held.erased else f"/v/{summary.serial}/{held.version}",
        )

    async def _zone(self, held: Held | None) -> ZoneInfo:
        named = None if held is None else await self._finder.timezone(held.state.edition)
        return ZoneInfo(named or "UTC")

    async def _bytes(self, sent: Sent, data: bytes) -> tuple[Step, ...]:
        if sent.kind == "jwt":
            return ()  # its signature is over every byte, and none of them was recorded
        documents = await self._finder.documents(sent.summary.credential_id)
        if documents is None:
            return (Step("bytes-unchecked", "noted"),)
        is_pdf = sent.kind == "pdf"
        recorded = documents.pdf_sha256 if is_pdf else documents.credential_sha256
        if recorded == sha256(data).hexdigest():
            return (Step("bytes-same", "passed"),)
        # A credential is signed as data: saved anew it proves as much. A page is not.
        return (Step("bytes-pdf", "failed") if is_pdf else Step("bytes-json", "noted"),)


def _refused(code: str) -> Outcome:
    return Outcome("unreadable", (Step(code, "failed"),))


def _proof(sent: Sent, did_document: Mapping[str, Any]) -> Step:
    if sent.jwt is not None:
        return _jwt_proof(sent.jwt, did_document)
    credential = sent.credential
    try:
        verify(credential, did_document)
    except ProofError as error:
        return Step(_broken(error, credential.get("proof"), did_document), "failed")
    return Step("proof-holds", "passed")


def _jwt_proof(jwt: Jwt, did_document: Mapping[str, Any]) -> Step:
    try:
        verify_jwt(jwt, did_document)
    except UnknownKeyError:
        return Step("proof-key", "failed")
    except ClaimsError:
        return Step("claims-differ", "failed")
    except ProofError as error:
        altered = isinstance(error.__cause__, InvalidSignature)
        return Step("proof-altered" if altered else "proof-none", "failed")
    return Step("proof-holds", "passed")


def _broken(error: ProofError, proof: object, did_document: Mapping[str, Any]) -> str:
    if isinstance(error.__cause__, InvalidSignature):
        return "proof-altered"
    if isinstance(error.__cause__, UnsignableError | UnknownContextError):
        return "proof-uncovered"
    method = proof.get("verificationMethod") if isinstance(proof, Mapping) else None
    known = isinstance(method, str) and method in did_document["assertionMethod"]
    return "proof-none" if known or not isinstance(method, str) else "proof-key"


def _validity(summary: CredentialSummary, now: datetime, zone: ZoneInfo) -> Step:
    if now < summary.valid_from:
        return Step("validity-early", "failed", on=summary.valid_from.astimezone(zone).date())
    until = summary.valid_until
    if until is not None and now > until:
        return Step("validity-expired", "failed", on=until.astimezone(zone).date())
    return Step("validity-holds", "passed", on=summary.valid_from.astimezone(zone).date())


def _status(held: Held | None, zone: ZoneInfo) -> Step:
    if held is None:
        return Step("status-unknown", "noted")
    ended = held.state.ended.get(held.version)
    if ended is None:
        return Step("status-stands", "passed")
    return Step(f"status-{ended.status}", "failed", on=ended.at.astimezone(zone).date())


def _verdict(steps: tuple[Step, ...], *, is_pdf: bool) -> Verdict:
    failed = {step.code for step in steps if step.outcome == "failed"}
    noted = {step.code for step in steps if step.outcome == "noted"}
    if "bytes-pdf" in failed:
        return "wrapped"
    if failed:
        return "ended"
    if "status-unknown" in noted or (is_pdf and "bytes-unchecked" in noted):
        return "unproven"
    return "genuine"
