"""How credential's store is rebuilt: states from events and journal, then documents from states."""

from collections.abc import Sequence

from ijaza_contracts.credential import DocumentsMade
from ijaza_contracts.topics import CREDENTIAL
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.rebuild import Beside, FoldStage, Rebuild, Stage, Told
from ijaza_runtime.references import References
from ijaza_runtime.secrets import load_or_create_secret, require

from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_credential.desk import DEFINITIONS, DocumentDesk
from ijaza_credential.documents.keys import load_or_create_key
from ijaza_credential.handlers import INPUTS, PEOPLE, credential_fold
from ijaza_credential.main import NAME, PROJECTION, SECRET, SIGNING_KEY

_AT_ONCE = 50
"""Certificates whose documents are in memory at once."""


def rebuild(beside: Beside) -> Rebuild:
    """Credential's states and documents.

    Raises `SecretError` if the keys are not there: with others everything would be another's.
    """
    require(beside.keys, SECRET, SIGNING_KEY)
    fold = credential_fold(load_or_create_secret(beside.keys, SECRET))
    return Rebuild(
        collections=[fold.collection, DOCUMENTS],
        stages=[FoldStage(beside, fold), _Documents(beside)],
        groups={NAME: INPUTS, PROJECTION: [CREDENTIAL]},
    )


class _Documents(Stage):
    topics = (CREDENTIAL,)
    events = (DocumentsMade,)

    def __init__(self, beside: Beside) -> None:
        self._progress = beside.progress
        self._references = References(beside.bus, [DEFINITIONS, PEOPLE])
        self._desk = DocumentDesk(
            store=beside.store,
            outbox=Outbox(beside.bus, beside.store),
            references=self._references,
            key=load_or_create_key(beside.keys / SIGNING_KEY),
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
        await self._references.close()
