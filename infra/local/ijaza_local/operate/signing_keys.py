"""The issuer's keys in the hand of an operator: which there are, the next one, the end of one.

A rotation makes the key first, then announces it. Two that rotate at once make one file, and so
announce one key; where their folders are not one, the announcement that stands first on the topic
counts, and the other is told so.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ijaza_contracts.credential import CertificateRevoked, CertificateSuperseded, DocumentsMade
from ijaza_contracts.envelope import Event, Undecodable
from ijaza_contracts.issuer import SigningKeyAnnounced, SigningKeyRetired
from ijaza_contracts.topics import CREDENTIAL
from ijaza_credential.signing import KEYS, AnnouncedKey, IssuerKeys
from ijaza_runtime.bus import Bus, Delivered
from ijaza_runtime.errors import Conflicting, NotKnown
from ijaza_runtime.outbox import records_of
from ijaza_runtime.references import References

PAGE = 5_000
"""Records read at once."""

_TOLD: dict[str, type[Event]] = {
    each.TYPE: each for each in (DocumentsMade, CertificateSuperseded, CertificateRevoked)
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A key as an operator sees it; `state` is announced, retired or compromised."""

    key_id: str
    public_key: str
    state: str
    here: bool
    signs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who does it, when, and why. `actor` is a staff id."""

    actor: str
    at: datetime
    reason: str = ""


class KeyOffice:
    """The keys of one issuer, on one bus and in one folder of keys."""

    def __init__(self, bus: Bus, folder: Path) -> None:
        self._bus = bus
        self._references = References(bus, [KEYS])
        self._keys = IssuerKeys(folder, self._references)

    async def close(self) -> None:
        """Stop reading."""
        await self._references.close()

    async def listed(self) -> list[Shown]:
        """Every key of the issuer, oldest first."""
        await self._keys.refresh()
        announced = self._keys.announced()
        if not announced:
            return [Shown("k1", self._keys.first.multibase, "announced", here=True, signs=True)]
        usable = any(not each.retired and self._keys.has(each) for each in announced)
        signs = self._keys.signing().multibase if usable else ""
        return [
            Shown(
                each.key_id,
                each.public_key,
                _state(each),
                here=self._keys.has(each),
                signs=each.public_key == signs,
            )
            for each in announced
        ]

    async def rotate(self, deed: Deed, reference: str = "") -> Shown:
        """Announce the next key: one that lies ready in the folder, or a new one.

        `reference` says where the new one is, if not in a file. Raises `SecretError`, and
        `Conflicting` if another key was announced under its number meanwhile.
        """
        await self._keys.refresh()
        announced = self._keys.announced()
        first = SigningKeyAnnounced(
            key_id="k1", at=deed.at, actor=deed.actor, public_key=self._keys.first.multibase
        )
        number = max((each.number for each in announced), default=1) + 1
        made = self._keys.add(number, reference)
        event = SigningKeyAnnounced(
            key_id=f"k{number}", at=deed.at, actor=deed.actor, public_key=made.multibase
        )
        await self._bus.publish(records_of([event] if announced else [first, event]))
        await self._keys.refresh()
        stands = self._found(event.key_id)
        if stands.public_key != made.multibase:
            raise Conflicting(
                "announced-elsewhere",
                f"another key was announced as {event.key_id} at the same time: the one made here "
                f"signs nothing. Put its file aside, and use that of where it was announced",
            )
        return next(each for each in await self.listed() if each.key_id == event.key_id)

    async def retire(
        self, key_id: str, deed: Deed, *, compromised: bool, anyway: bool = False
    ) -> Shown:
        """End a key.

        Raises `NotKnown`, and `Conflicting` for the last one that could sign, and for a compromised
        one by which valid certificates are signed, but `anyway`.
        """
        await self._keys.refresh()
        found = self._found(key_id)
        others = [
            each
            for each in self._keys.announced()
            if each.key_id != key_id and not each.retired and self._keys.has(each)
        ]
        if not others:
            raise Conflicting(
                "last-key",
                f"without {key_id} nothing here could be signed: `ijaza keys rotate` first",
            )
        if compromised and not found.compromised and not anyway:
            await self._check_nothing_stands_on(key_id)
        if not found.retired or (compromised and not found.compromised):
            event = SigningKeyRetired(
                key_id=key_id,
                at=deed.at,
                actor=deed.actor,
                reason=deed.reason,
                compromised=compromised,
            )
            await self._bus.publish(records_of([event]))
        return next(each for each in await self.listed() if each.key_id == key_id)

    async def _check_nothing_stands_on(self, key_id: str) -> None:
        left = await signed_and_valid(self._bus, self._keys.named(key_id) or "")
        if left:
            raise Conflicting(
                "certificates-left",
                f"valid certificates that {key_id} signed: {left}. All of them would be rejected, "
                "for good. Issue them anew first (docs/runbooks/key-compromise.md), or give "
                "--anyway",
            )

    def _found(self, key_id: str) -> AnnouncedKey:
        for each in self._keys.announced():
            if each.key_id == key_id:
                return each
        raise NotKnown(
            "key-not-known", f"no key {key_id} was announced: `ijaza keys list` shows which were"
        )


async def signed_and_valid(bus: Bus, key: str) -> int:
    """How many valid certificates have files that a key signed, which `DocumentsMade` names so.

    Told by the log, which an operator reads where no store is within reach.
    """
    signed: set[str] = set()
    ended: set[str] = set()
    follower = await bus.follower([CREDENTIAL.name])
    try:
        while slices := await follower.read(PAGE):
            for record in (each for _, _, records in slices for each in records):
                match _told(record):
                    case DocumentsMade() as made if made.signed_by == key:
                        signed.add(made.credential_id)
                    case CertificateSuperseded() | CertificateRevoked() as over:
                        ended.add(over.credential_id)
    finally:
        await follower.close()
    return len(signed - ended)


def _told(record: Delivered) -> Event | None:
    """The event of a record; None for one of another kind, or that fits no contract any more."""
    kind = _TOLD.get(record.headers.get("ce_type", ""))
    try:
        return kind.from_body(record.value or b"") if kind else None
    except Undecodable:
        return None


def _state(key: AnnouncedKey) -> str:
    if key.compromised:
        return "compromised"
    return "retired" if key.retired else "announced"
