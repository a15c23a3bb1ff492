"""Certificates of an edition that are to be issued anew because of the key that signed them.

What is signed by another key is passed over: so the same order again changes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ijaza_runtime.commands import Commands, Done, Work
from ijaza_runtime.errors import Conflicting, NotKnown, Refusal
from ijaza_runtime.secrets import SecretError

from ijaza_credential.desk import DocumentDesk
from ijaza_credential.domain.life import Stage, stage_of
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.reissue import Reissue
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import deciding
from ijaza_credential.signing import IssuerKeys

AT_ONCE = 50
"""Certificates whose files are in memory at once."""
LOOKED_AT = 2_000
"""Participants that one page looks at, at the most."""
MOST = 500
"""Certificates that one page issues anew, at the most."""
NOT_MADE = "documents-not-made"
OTHER_KEY = "signed-by-another-key"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose certificate is to be issued anew; `version` is what was seen of it, 0 for any."""

    participant: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Those found; how many were passed over, by a code; after whom to go on, None at the end."""

    wanted: Sequence[Wanted]
    skipped: Mapping[str, int]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who has certificates issued anew, when, and why. `reason` is a code."""

    actor: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Reissuing:
    """Finds the certificates that a key signed, and has certificates issued anew."""

    commands: Commands[State, Programme, Person]
    desk: DocumentDesk
    keys: IssuerKeys
    secret: bytes

    async def check(self, key_id: str) -> str:
        """How documents name a key that is to be replaced.

        Raises `NotKnown`, and `Conflicting` while it is the one that signs here, or none does: what
        is issued anew would bear it again, or would have to wait for its files.
        """
        await self.keys.refresh()
        name = self.keys.named(key_id)
        if name is None:
            raise NotKnown(
                "key-not-known",
                f"no key {key_id} was announced: `ijaza keys list` shows which were",
            )
        try:
            signing = self.keys.signing()
        except SecretError as error:
            raise Conflicting("no-key-here", str(error)) from None
        if name == self.keys.name_of(signing):
            raise Conflicting(
                "key-still-signs",
                f"{key_id} is the key that signs, and so would sign what is issued anew: make the "
                "next one first (`ijaza keys rotate`), and give its file to this process",
            )
        return name

    async def page(self, edition: str, key: str, after: str = "") -> Page:
        """The valid certificates whose files a key signed, by participant, those after `after`."""
        wanted: list[Wanted] = []
        skipped: Counter[str] = Counter()
        looked_at = 0
        while found := await self.commands.page(edition, after, AT_ONCE):
            valid = [state for _, state in found if stage_of(state) is Stage.VALID]
            signed = await self._signed(valid)
            for state in valid:
                by = signed.get(state.participant)
                if by == key:
                    wanted.append(Wanted(state.participant, state.last_version))
                else:
                    skipped[NOT_MADE if by is None else OTHER_KEY] += 1
            after, looked_at = found[-1][0], looked_at + len(found)
            if len(wanted) > MOST - AT_ONCE or looked_at >= LOOKED_AT:
                return Page(wanted, skipped, after)
        return Page(wanted, skipped, None)

    async def issue_anew(
        self, edition: str, wanted: Sequence[Wanted], order: Order
    ) -> list[Done[State] | Refusal]:
        """What came of each; one that is refused hinders no other."""
        work: list[Work[State, Programme, Person]] = []
        for each in wanted:
            command = Reissue(
                actor=order.actor, reason=order.reason, at=order.at, version=each.version
            )
            work.append(Work(edition, each.participant, deciding(command, self.secret)))
        return await self.commands.perform_many(work)

    async def _signed(self, states: Sequence[State]) -> dict[str, str]:
        """Which key signed the last certificate, by participant, where its files are made."""
        last = {each.issued[each.last_version].credential_id: each for each in states}
        made = await self.desk.find(last)
        return {last[each].participant: documents.signed_by for each, documents in made.items()}
