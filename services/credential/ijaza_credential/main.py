"""The front door of credential: what it is made of."""

from dataclasses import dataclass

from ijaza_contracts.credential import CertificateIssued
from ijaza_contracts.topics import CREDENTIAL
from ijaza_runtime.commands import Commands
from ijaza_runtime.projector import Projector
from ijaza_runtime.references import References
from ijaza_runtime.secrets import load_or_create_secret
from ijaza_runtime.service import Assembly, Parts, wire

from ijaza_credential.api import files, router
from ijaza_credential.api.audit import audit_routes
from ijaza_credential.api.refused import refused
from ijaza_credential.audit.sealing import COLLECTION as SEALS
from ijaza_credential.audit.sealing import SealDesk
from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_credential.desk import DEFINITIONS, DocumentDesk
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import EDITIONS, INPUTS, PEOPLE, credential_fold
from ijaza_credential.reissuing import Reissuing
from ijaza_credential.signing import KEYS, IssuerKeys
from ijaza_credential.site import IssuerSite
from ijaza_credential.templates.shelf import LISTS, PACKS, Shelf
from ijaza_credential.verification.pdf_readers import PdfReaders

NAME = "credential"
SECRET = "serials.key"  # noqa: S105 - the name of a file
PROJECTION = f"{NAME}.documents"
"""The group of the document desk."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where credential takes commands and questions, and keeps documents."""

    commands: Commands[State, Programme, Person]
    references: References
    documents: DocumentDesk
    seals: SealDesk
    keys: IssuerKeys
    reissuing: Reissuing
    secret: bytes

    def programme(self, edition: str) -> Programme | None:
        """The edition as credential knows it."""
        return self.references.get(EDITIONS, edition)

    def person(self, participant: str) -> Person | None:
        """The person as credential knows them."""
        return self.references.get(PEOPLE, participant)


def assemble(parts: Parts) -> Assembly[Desk]:
    """Put credential together.

    The secret derives serials, credential ids and places in status lists; the keys sign.
    """
    secret = load_or_create_secret(parts.keys, SECRET)
    told = References(parts.bus, [DEFINITIONS, PEOPLE, KEYS])
    keys = IssuerKeys(parts.keys, told)
    fold = credential_fold(secret)
    wiring = wire(parts, name=NAME, fold=fold, inputs=INPUTS, tables=[EDITIONS, PEOPLE, KEYS])
    shelf = Shelf(parts.store, wiring.outbox, parts.partitions)
    documents = DocumentDesk(
        store=parts.store,
        outbox=wiring.outbox,
        references=told,
        keys=keys,
        shelf=shelf,
        partitions=parts.partitions,
    )
    projector = Projector(
        service=NAME,
        group=PROJECTION,
        topics=[CREDENTIAL],
        events=[CertificateIssued],
        project=documents.project,
        bus=parts.bus,
        # What is in hand is finished when the process is told to end.
        batch=50,
        step=parts.step,
        meter=parts.meter,
    )
    seals = SealDesk(
        bus=parts.bus,
        store=parts.store,
        outbox=wiring.outbox,
        keys=keys,
        partitions=parts.partitions,
        held=lambda: projector.held,
    )

    async def chores() -> bool:
        erased = await documents.forget_erased()
        return await seals.turn() or erased

    async def release() -> None:
        readers.close()
        await documents.close()

    readers = PdfReaders()
    reissuing = Reissuing(wiring.commands, documents, keys, secret)
    return Assembly(
        name=NAME,
        desk=Desk(wiring.commands, wiring.references, documents, seals, keys, reissuing, secret),
        routers=[
            router(
                commands=wiring.commands,
                references=wiring.references,
                store=parts.store,
                clock=parts.clock,
                secret=secret,
            ),
            files(
                commands=wiring.commands,
                references=wiring.references,
                store=parts.store,
                desk=documents,
                shelf=shelf,
                site=IssuerSite(
                    store=parts.store,
                    references=wiring.references,
                    desk=documents,
                    keys=keys,
                ),
                keys=keys,
                reissuing=reissuing,
                readers=readers,
                secret=secret,
                clock=parts.clock,
            ),
            audit_routes(bus=parts.bus, store=parts.store, keys=keys),
        ],
        description="Eligibility with reasons, certificates, and their life.",
        outbox=wiring.outbox,
        collections=[fold.collection, DOCUMENTS, SEALS, PACKS, LISTS],
        references=wiring.references,
        access=parts.access,
        meter=parts.meter,
        reactor=wiring.reactor,
        projector=projector,
        chore=chores,
        hang_up=seals.stop,
        release=release,
        page=refused,
    )
