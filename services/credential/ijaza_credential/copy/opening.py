"""From the code of a link to what its holder may see.

What cannot be shown is not found, whatever the reason: a code that is not ours, one that expired
or was ended, a holder who was erased. Only a code that we signed leads to a look into the store.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ijaza_contracts.edition import Edition
from ijaza_runtime.links import read
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_credential.copy.links import CopyLink
from ijaza_credential.desk import DocumentDesk, Documents
from ijaza_credential.domain.copy_link import opens
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import PEOPLE
from ijaza_credential.storage import COLLECTION, decode
from ijaza_credential.verification.telling import Told, told


@dataclass(frozen=True, slots=True)
class Copy:
    """A holder's certificates, as the link to them found them.

    `editions` are the edition's revisions; `files` are by the certificate's version, and are
    missing until they are made.
    """

    state: State
    editions: Mapping[int, Edition]
    files: Mapping[int, Documents]
    until: datetime

    @property
    def newest(self) -> int:
        """The version of the certificate that counts."""
        return self.state.last_version

    @property
    def told(self) -> Told:
        """What is told of the newest certificate."""
        return told(self.state, self.newest, self.editions)

    @property
    def definition(self) -> Edition:
        """The edition as the newest certificate has it."""
        return self.editions[self.state.issued[self.newest].revision]

    @property
    def public_address(self) -> str:
        """Where anybody may verify it."""
        return f"https://{self.definition.issuer.did_host}/v/{self.told.serial}"


class Copies:
    """Opens links."""

    def __init__(
        self,
        *,
        store: Store,
        references: References,
        desk: DocumentDesk,
        secret: bytes,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._references = references
        self._desk = desk
        self._secret = secret
        self._clock = clock

    async def open(self, code: str) -> Copy | None:
        """What a code leads to.

        Raises `LookupError` if the revision of a certificate is not known yet.
        """
        link = read(code, self._secret, int(self._clock().timestamp()), CopyLink)
        if link is None:
            return None
        await self._references.refresh()
        known = self._references.get(PEOPLE, link.participant) is not None
        document = (await self._store.load(COLLECTION, [link.participant])).get(link.participant)
        if document is None or not known:
            return None
        state = decode(document.body)
        if not opens(state, link.number):
            return None
        definitions = (await self._desk.definitions())[state.edition]
        made = await self._desk.find(each.credential_id for each in state.issued.values())
        return Copy(
            state,
            definitions.by_revision,
            {
                version: made[each.credential_id]
                for version, each in state.issued.items()
                if each.credential_id in made
            },
            datetime.fromtimestamp(link.until, UTC),
        )
