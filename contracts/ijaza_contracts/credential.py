"""What credential publishes: who is eligible, and the life of each certificate.

No event here names a person or says more of one than an opaque id. `graduations` is public: what
is on it leads to no certificate and to nobody.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from ijaza_contracts.envelope import Event, Name, ParticipantEvent
from ijaza_contracts.topics import CREDENTIAL, GRADUATIONS, Topic

CertificateKind = Literal["completion", "participation", "attendance"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class EligibilityReached(ParticipantEvent):
    """The requirements of certificate `award` are met; `turn` counts this person's turns."""

    TYPE: ClassVar[str] = "credential.EligibilityReached.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL

    award: Name
    revision: int
    turn: Annotated[int, Field(ge=1)]

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.turn,)


class EligibilityLost(ParticipantEvent):
    """No certificate's requirements are met any longer; `missing` lists the first one's."""

    TYPE: ClassVar[str] = "credential.EligibilityLost.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL

    revision: int
    turn: Annotated[int, Field(ge=1)]
    missing: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.turn,)


class CertificateApproved(ParticipantEvent):
    """`actor` approves the `version`-th change to this person's certificates.

    An issue, a revocation, a reinstatement and a declined proposal are a change each. `because` is
    a code of the office's own, or empty.
    """

    TYPE: ClassVar[str] = "credential.CertificateApproved.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL

    version: Annotated[int, Field(ge=1)]
    actor: Name
    because: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.version, self.actor)


class ChangeDeclined(ParticipantEvent):
    """`actor` declines the `version`-th change to this person's certificates, which waited.

    It takes a number like a change that was made, so that approvals given for it count for no
    other. `facts` is the mark of the facts that it followed from: while they stand it is not
    proposed again.
    """

    TYPE: ClassVar[str] = "credential.ChangeDeclined.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL

    version: Annotated[int, Field(ge=1)]
    change: Literal["issue", "supersede", "revoke", "reinstate"]
    facts: Name
    actor: Name
    because: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.version,)


class CopyLinkGiven(ParticipantEvent):
    """`actor` gives this person their `number`-th link to their own copy of the certificates.

    It shows them before `expires_at`, and ends every link given before.
    """

    TYPE: ClassVar[str] = "credential.CopyLinkGiven.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL

    number: Annotated[int, Field(ge=1)]
    expires_at: AwareDatetime
    actor: Name

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.number,)


class CopyLinkRevoked(ParticipantEvent):
    """`actor` ends this person's links to their own copy, up to the `number`-th."""

    TYPE: ClassVar[str] = "credential.CopyLinkRevoked.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL

    number: Annotated[int, Field(ge=1)]
    actor: Name
    because: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.number,)


class CertificateEvent(ParticipantEvent):
    """Something happened to one certificate: the `version`-th of this person's serial."""

    TOPIC: ClassVar[Topic] = CREDENTIAL

    serial: Name
    credential_id: Name
    version: Annotated[int, Field(ge=1)]

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.version,)


class CertificateIssued(CertificateEvent):
    """A certificate exists from `at` on. Its documents follow from this and the person's name.

    `status_list` and `status_index` say where its status stands; `predecessor` is the
    credential that it follows under the same serial.

    Here and in the next three, `because` has codes: what is earned or differs (award, name,
    results), the criteria that are missing, or an officer's reason. `actor` is the officer who
    ordered it, empty if the facts did; `approved_by` are those whose approval let it pass.
    """

    TYPE: ClassVar[str] = "credential.CertificateIssued.v1"

    certificate: Name
    kind: CertificateKind
    revision: int
    person_version: int
    status_list: int
    status_index: int
    predecessor: Name | None = None
    actor: Name = ""
    because: str = ""
    approved_by: tuple[Name, ...] = ()


class CertificateSuperseded(CertificateEvent):
    """Another credential, `successor`, takes this one's place."""

    TYPE: ClassVar[str] = "credential.CertificateSuperseded.v1"

    successor: Name
    because: str = ""
    actor: Name = ""
    approved_by: tuple[Name, ...] = ()


class CertificateRevoked(CertificateEvent):
    """The certificate no longer holds, and no other takes its place."""

    TYPE: ClassVar[str] = "credential.CertificateRevoked.v1"

    actor: Name = ""
    because: str = ""
    approved_by: tuple[Name, ...] = ()


class CertificateReinstated(CertificateEvent):
    """A new credential under the serial of a revoked one; that one stays revoked."""

    TYPE: ClassVar[str] = "credential.CertificateReinstated.v1"

    predecessor: Name
    actor: Name = ""
    because: str = ""
    approved_by: tuple[Name, ...] = ()


CertificateChange = (
    CertificateIssued | CertificateSuperseded | CertificateRevoked | CertificateReinstated
)
"""A step in the life of a certificate."""


class DocumentsMade(CertificateEvent):
    """The PDF and the JSON of a certificate were made: their SHA-256, which the register repeats.

    `signed_by` is the public key (multibase) of the signature, empty for the issuer's first key.
    `template` is the SHA-256 of the pack that the page was printed with, empty for our own first
    template. `at` is that of the issue. Erasing the holder removes the files; this stays.
    """

    TYPE: ClassVar[str] = "credential.DocumentsMade.v1"

    pdf_sha256: Sha256
    credential_sha256: Sha256
    signed_by: Annotated[str, Field(pattern=r"^(z6Mk[1-9A-HJ-NP-Za-km-z]{44})?$")] = ""
    template: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class GraduationEvent(Event):
    """A public fact about one graduation, under an id made for this topic alone."""

    TOPIC: ClassVar[Topic] = GRADUATIONS

    graduation: Name
    date: date

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.graduation,)


class ParticipantGraduated(GraduationEvent):
    """Somebody graduated with a certificate of this kind."""

    TYPE: ClassVar[str] = "graduations.ParticipantGraduated.v1"

    kind: CertificateKind
    status: Literal["valid"] = "valid"


class GraduationSuperseded(GraduationEvent):
    """The graduation is replaced by another, named only by its own id."""

    TYPE: ClassVar[str] = "graduations.GraduationSuperseded.v1"

    successor: Name
    status: Literal["superseded"] = "superseded"


class GraduationRevoked(GraduationEvent):
    """The graduation no longer holds."""

    TYPE: ClassVar[str] = "graduations.GraduationRevoked.v1"

    status: Literal["revoked"] = "revoked"
