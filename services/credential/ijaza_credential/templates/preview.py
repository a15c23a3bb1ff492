"""What a certificate would look like: with a sample of nobody, or with a participant's names."""

import asyncio
from dataclasses import replace

from ijaza_contracts.edition import Edition
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_credential.desk import DocumentDesk
from ijaza_credential.documents.pdf import RenderError, render_pdf
from ijaza_credential.documents.subject import CertificateFacts
from ijaza_credential.domain.change import states
from ijaza_credential.domain.rules import assess
from ijaza_credential.domain.state import Issued, State
from ijaza_credential.facts import facts_of
from ijaza_credential.handlers import EDITIONS, PEOPLE
from ijaza_credential.storage import COLLECTION, decode
from ijaza_credential.templates.pack import Pack
from ijaza_credential.templates.samples import CREDENTIAL, SAMPLES, USUAL
from ijaza_credential.templates.sandbox import Sandbox, TemplateError
from ijaza_credential.templates.sheet import source_of
from ijaza_credential.templates.shelf import Shelf


class Previews:
    """Prints what is no certificate: its serial is nobody's, and no credential is attached."""

    def __init__(
        self, store: Store, references: References, desk: DocumentDesk, shelf: Shelf
    ) -> None:
        self._store = store
        self._references = references
        self._desk = desk
        self._shelf = shelf

    async def facts(self, edition: str, sample: str, participant: str | None) -> CertificateFacts:
        """What a page is to say. Raises `NotKnown`."""
        if participant is None:
            return SAMPLES[sample]
        stored = (await self._store.load(COLLECTION, [participant])).get(participant)
        state = decode(stored.body) if stored else None
        definitions = (await self._desk.definitions()).get(edition)
        person = self._references.get(PEOPLE, participant)
        programme = self._references.get(EDITIONS, edition)
        if (
            state is None
            or state.edition != edition
            or person is None
            or definitions is None
            or programme is None
        ):
            raise NotKnown(
                "participant-not-known",
                f"there are no names of a participant {participant} of edition {edition} here",
            )
        stated = states(person, assess(state, programme).modules)
        found = facts_of(_issued(state, definitions.newest), stated, 1, definitions.newest)
        return replace(found, serial=USUAL.serial)

    async def printed(self, digest: str, facts: CertificateFacts) -> bytes:
        """The PDF of a preview. Raises `TemplateError`, and `NotKnown` if the pack is gone."""
        if not digest:
            return await asyncio.to_thread(_by_our_own, facts)
        pack = (await self._shelf.packs([digest])).get(digest)
        if pack is None:
            raise NotKnown("template-not-kept", f"the pack {digest} is not kept here")
        return await asyncio.to_thread(preview, pack, facts)


def preview(pack: Pack, facts: CertificateFacts) -> bytes:
    """The PDF of a preview, which says that it is one. Raises `TemplateError`."""
    sandbox = Sandbox(pack)
    try:
        (pdf,) = sandbox.pdf(source_of(facts, CREDENTIAL, preview=True)).files
    finally:
        sandbox.close()
    return pdf


def _by_our_own(facts: CertificateFacts) -> bytes:
    try:
        return render_pdf(facts, CREDENTIAL)
    except RenderError as error:
        raise TemplateError(str(error)) from None


def _issued(state: State, edition: Edition) -> Issued:
    """The newest certificate, or the best one of the edition as if it was issued today."""
    if state.issued:
        return state.issued[state.last_version]
    best = edition.certificates[0]
    return Issued(
        at=state.latest,
        certificate=best.id,
        kind=best.kind,
        serial=USUAL.serial,
        credential_id=USUAL.credential_id,
        revision=USUAL.revision,
        person_version=0,
        status_list=USUAL.status_list_number,
        status_index=USUAL.status_list_index,
    )
