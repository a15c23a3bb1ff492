"""What staff publish of the keys that credential signs with: their public halves, and their end.

Whoever reads `operations.keys` knows every key that the issuer ever announced; the DID document is
made from here. A private key is never on any topic.
"""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from ijaza_contracts.envelope import CloudEvent, Name
from ijaza_contracts.topics import SIGNING_KEYS, Topic

SigningKeyId = Annotated[str, Field(pattern=r"^k[1-9][0-9]{0,3}$")]
Multibase = Annotated[str, Field(pattern=r"^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$")]
"""An Ed25519 public key as a Multikey writes it."""


class SigningKeyEvent(CloudEvent):
    """Something about one of the issuer's keys, named `k1`, `k2`, … in the order of their age."""

    TOPIC: ClassVar[Topic] = SIGNING_KEYS

    key_id: SigningKeyId
    at: AwareDatetime
    actor: Name = ""

    @property
    def key(self) -> str:
        return self.key_id

    @property
    def time(self) -> AwareDatetime:
        return self.at


class SigningKeyAnnounced(SigningKeyEvent):
    """The issuer signs with this key from now on, wherever a process has it.

    Of two announcements under one id the one that stands first on the topic counts.
    """

    TYPE: ClassVar[str] = "operations.SigningKeyAnnounced.v1"

    public_key: Multibase

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.public_key,)


class SigningKeyRetired(SigningKeyEvent):
    """Nothing new is signed with the key. What it signed stays valid, unless it is `compromised`.

    A compromised key leaves the DID document: whatever bears its signature is accepted no more.
    """

    TYPE: ClassVar[str] = "operations.SigningKeyRetired.v1"

    compromised: bool = False
    reason: Annotated[str, Field(max_length=500)] = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.compromised,)
