"""Where packs and the templates of editions are kept, so that all processes have the same.

A pack is kept once, under the SHA-256 of what is in it, and never changed; an edition keeps a list
of those that it may be printed with, and which one it is. What is written is told to the journal.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import msgspec
from ijaza_contracts.envelope import CloudEvent
from ijaza_contracts.templates import (
    AddedTemplate,
    TemplateActivation,
    TemplatePacked,
    TemplatesChanged,
)
from ijaza_runtime.bus import partition_of
from ijaza_runtime.documents import Codec
from ijaza_runtime.errors import Conflicting, NotKnown
from ijaza_runtime.outbox import Outbox, record_of
from ijaza_runtime.store import Document, Store

from ijaza_credential.templates.pack import Pack, read_pack

PACKS = "template-packs"
LISTS = "templates"
BUILT_IN = "built-in"
"""The name of our own template."""
SCHEMA = 1
MOST_TEMPLATES = 100
"""Templates of one edition."""
_CACHED = 8
"""Packs kept in memory."""
_TRIES = 20


@dataclass(frozen=True, slots=True)
class StoredPack:
    """A pack as stored."""

    digest: str
    pack: bytes


@dataclass(frozen=True, slots=True)
class Added:
    """A template that was added to an edition; `template` is its id and version."""

    template: str
    digest: str
    title_en: str
    title_ar: str
    pages: int
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Activation:
    """Documents are printed with a template from then on; no digest means our own."""

    digest: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of an edition, as the `write`-th change left them."""

    edition: str
    write: int = 0
    added: tuple[Added, ...] = ()
    activations: tuple[Activation, ...] = ()

    @property
    def active(self) -> str:
        """The digest of the pack that documents are printed with now; empty for our own."""
        return self.activations[-1].digest if self.activations else ""

    def digest_of(self, name: str) -> str:
        """The digest of a template, empty for our own. Raises `NotKnown`."""
        if name == BUILT_IN:
            return ""
        for each in self.added:
            if each.template == name:
                return each.digest
        raise NotKnown(
            "template-not-known",
            f"edition {self.edition} has no template of this name: it has "
            f"{', '.join([BUILT_IN, *(each.template for each in self.added)])}",
        )


packs: Codec[StoredPack] = Codec(
    PACKS, SCHEMA, msgspec.json.Decoder(StoredPack), msgspec.json.Encoder()
)
lists: Codec[Templates] = Codec(
    LISTS, SCHEMA, msgspec.json.Decoder(Templates), msgspec.json.Encoder()
)


class Shelf:
    """Keeps packs and lists, and finds them."""

    def __init__(self, store: Store, outbox: Outbox, partitions: int) -> None:
        self._store = store
        self._outbox = outbox
        self._partitions = partitions
        self._packs: dict[str, Pack] = {}

    async def templates(self, edition: str) -> Templates:
        """The templates of an edition; none were added to one that is not known."""
        found = (await self._store.load(LISTS, [edition])).get(edition)
        return lists.decode(found.body) if found else Templates(edition)

    async def active(self, editions: Iterable[str]) -> Mapping[str, Pack]:
        """The packs that editions are printed with; none for those that have our own template.

        Raises `LookupError` if a listed pack is not kept: `ijaza replay credential` restores it.
        """
        found = await self._store.load(LISTS, list(dict.fromkeys(editions)))
        chosen = {key: lists.decode(each.body).active for key, each in found.items()}
        known = await self.packs(chosen.values())
        return {edition: known[digest] for edition, digest in chosen.items() if digest}

    async def packs(self, digests: Iterable[str]) -> Mapping[str, Pack]:
        """The packs of those digests that are kept here."""
        wanted = set(digests)
        missing = [each for each in wanted if each and each not in self._packs]
        stored = await self._store.load(PACKS, missing)
        read = {key: read_pack(packs.decode(each.body).pack) for key, each in stored.items()}
        known = {**self._packs, **read}
        self._packs = dict(list(known.items())[-_CACHED:])
        return {each: known[each] for each in wanted if each in known}

    async def add(self, edition: str, pack: Pack, actor: str, at: datetime) -> Templates:
        """Keep a pack that was checked, and list it. Adding it again changes nothing.

        Raises `Conflicting` if the edition has another pack of this name and version.
        """
        manifest, digest = pack.manifest, pack.digest
        added = Added(
            manifest.name, digest, manifest.title.en, manifest.title.ar, manifest.pages, at, actor
        )
        await self._keep(pack, at)
        for _ in range(_TRIES):
            before = await self.templates(edition)
            same = [each for each in before.added if each.template == manifest.name]
            if same and same[0].digest == digest:
                return before
            if same:
                raise Conflicting(
                    "template-exists",
                    f"edition {edition} has another template {manifest.name}, which stays as it "
                    "is: raise `version` in template.yaml",
                )
            if len(before.added) >= MOST_TEMPLATES:
                raise Conflicting(
                    "too-many-templates",
                    f"edition {edition} has {MOST_TEMPLATES} templates: no more are taken",
                )
            after = replace(before, write=before.write + 1, added=(*before.added, added))
            if await self._saved(after, at):
                return after
        raise self._contended(edition)

    async def activate(self, edition: str, name: str, actor: str, at: datetime) -> Templates:
        """Print with a template of an edition from now on. What is printed stays as it is.

        Raises `NotKnown`.
        """
        for _ in range(_TRIES):
            before = await self.templates(edition)
            digest = before.digest_of(name)
            if digest == before.active:
                return before
            after = replace(
                before,
                write=before.write + 1,
                activations=(*before.activations, Activation(digest, at, actor)),
            )
            if await self._saved(after, at):
                return after
        raise self._contended(edition)

    async def restore(self, event: TemplatePacked | TemplatesChanged) -> None:
        """Keep what the journal tells of, unless something newer is kept. Nothing is sent."""
        if isinstance(event, TemplatePacked):
            pack = StoredPack(event.digest, base64.b64decode(event.pack))
            await self._store.save(PACKS, [self._document(event, event.digest, packs.encode(pack))])
            return
        before = (await self._store.load(LISTS, [event.edition])).get(event.edition)
        if before is not None and lists.decode(before.body).write >= event.write:
            return
        told = Templates(
            event.edition,
            event.write,
            tuple(Added(**each.model_dump()) for each in event.added),
            tuple(Activation(**each.model_dump()) for each in event.activations),
        )
        document = self._document(event, event.edition, lists.encode(told))
        version = before.version + 1 if before else 1
        await self._store.save(LISTS, [replace(document, version=version)])

    async def _keep(self, pack: Pack, at: datetime) -> None:
        if await self._store.load(PACKS, [pack.digest]):
            return
        archive = pack.archive()
        event = TemplatePacked(
            digest=pack.digest, at=at, pack=base64.b64encode(archive).decode("ascii")
        )
        body = packs.encode(StoredPack(pack.digest, archive))
        # Who is refused was overtaken by somebody who kept the same.
        await self._outbox.save_and_send(
            PACKS, [replace(self._document(event, pack.digest, body), outbox=(record_of(event),))]
        )

    async def _saved(self, templates: Templates, at: datetime) -> bool:
        """Whether a list was saved; not, if somebody else has changed it meanwhile."""
        stored = (await self._store.load(LISTS, [templates.edition])).get(templates.edition)
        if stored is not None and lists.decode(stored.body).write >= templates.write:
            return False
        event = TemplatesChanged(
            edition=templates.edition,
            at=at,
            write=templates.write,
            added=tuple(AddedTemplate(**asdict(each)) for each in templates.added),
            activations=tuple(TemplateActivation(**asdict(each)) for each in templates.activations),
        )
        document = self._document(event, templates.edition, lists.encode(templates))
        version = stored.version + 1 if stored else 1
        refused = await self._outbox.save_and_send(
            LISTS, [replace(document, version=version, outbox=(record_of(event),))]
        )
        return not refused

    def _document(self, event: CloudEvent, key: str, body: bytes) -> Document:
        return Document(
            key=key,
            version=1,
            scope=event.scope,
            partition=partition_of(event.key, self._partitions),
            basis="",
            body=body,
        )

    def _contended(self, edition: str) -> Conflicting:
        return Conflicting(
            "templates-contended",
            f"the templates of edition {edition} are being changed by others: send it again",
        )
