"""How credential's store is rebuilt: states from events and journal, then documents from states."""

from collections.abc import Sequence

from ijaza_contracts.audit import HistorySealed
from ijaza_contracts.credential import DocumentsMade
from ijaza_contracts.templates import TemplatePacked, TemplatesChanged
from ijaza_contracts.topics import CREDENTIAL, CREDENTIAL_JOURNAL
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.rebuild import Beside, FoldStage, Rebuild, Stage, Told
from ijaza_runtime.references import References
from ijaza_runtime.secrets import load_or_create_secret, require

from ijaza_credential.audit.sealing import COLLECTION as SEALS
from ijaza_credential.audit.sealing import restore
from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_credential.desk import DEFINITIONS, DocumentDesk
from ijaza_credential.documents.key_folder import first_key
from ijaza_credential.handlers import INPUTS, PEOPLE, credential_fold
from ijaza_credential.main import NAME, PROJECTION, SECRET
from ijaza_credential.signing import KEYS, IssuerKeys
from ijaza_credential.templates.shelf import LISTS, PACKS, Shelf

_AT_ONCE = 50
"""Certificates whose documents are in memory at once."""


def rebuild(beside: Beside) -> Rebuild:
    """Credential's states and documents.

    Raises `SecretError` if the keys are not there: with others everything would be another's.
    """
    require(beside.keys, SECRET)
    first_key(beside.keys)
    fold = credential_fold(load_or_create_secret(beside.keys, SECRET))
    return Rebuild(
        collections=[fold.collection, DOCUMENTS, SEALS, PACKS, LISTS],
        stages=[FoldStage(beside, fold), _Templates(beside), _Documents(beside), _Seals(beside)],
        groups={NAME: INPUTS, PROJECTION: [CREDENTIAL]},
    )


def _shelf(beside: Beside) -> Shelf:
    return Shelf(beside.store, Outbox(beside.bus, beside.store), beside.partitions)


class _Templates(Stage):
    """Packs, before the documents that are printed with them."""

    topics = (CREDENTIAL_JOURNAL,)
    events = (TemplatePacked, TemplatesChanged)

    def __init__(self, beside: Beside) -> None:
        self._shelf = _shelf(beside)

    async def take(self, told: Sequence[Told]) -> None:
        """Keep what is told."""
        for each in told:
            if isinstance(each.event, TemplatePacked | TemplatesChanged):
                await self._shelf.restore(each.event)

    async def finish(self) -> None:
        """Nothing is left to do."""


class _Documents(Stage):
    topics = (CREDENTIAL,)
    events = (DocumentsMade,)

    def __init__(self, beside: Beside) -> None:
        self._progress = beside.progress
        self._references = References(beside.bus, [DEFINITIONS, PEOPLE, KEYS])
        self._desk = DocumentDesk(
            store=beside.store,
            outbox=Outbox(beside.bus, beside.store),
            references=self._references,
            keys=IssuerKeys(beside.keys, self._references),
            shelf=_shelf(beside),
            partitions=beside.partitions,
        )

    async def take(self, told: Sequence[Told]) -> None:
        """Make documents again, some at a time: that takes far longer than reading."""
        events = [each.event for each in told if isinstance(each.event, DocumentsMade)]
        for start in range(0, len(events), _AT_ONCE):
            page = events[start : start + _AT_ONCE]
            await self._desk.remake(page)
            self._progress("documents", len(page))

    async def finish(self) -> None:
        """Remove files of those who were erased since an older store was copied."""
        await self._desk.forget_erased()
        await self._desk.close()
        await self._references.close()


class _Seals(Stage):
    topics = (CREDENTIAL,)
    events = (HistorySealed,)

    def __init__(self, beside: Beside) -> None:
        self._beside = beside

    async def take(self, told: Sequence[Told]) -> None:
        """Know again which seals were made; what they are over stands on the log."""
        events = [each.event for each in told if isinstance(each.event, HistorySealed)]
        await restore(self._beside.store, events, self._beside.partitions)

    async def finish(self) -> None:
        """Nothing is to be decided."""
