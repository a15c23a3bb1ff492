"""What credential tells itself of templates: the packs, and which one each edition prints with.

They stand on its journal, for every process and a rebuild need them and nobody else does. A record
of a key says the whole. Nothing here is of a participant.
"""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ijaza_contracts.envelope import CloudEvent, Event, Name
from ijaza_contracts.topics import CREDENTIAL_JOURNAL, Topic

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
DigestOrEmpty = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]


class TemplatePacked(CloudEvent):
    """A pack, by the SHA-256 of what is in it: a zip in Base64, some two mebibytes at the most."""

    TYPE: ClassVar[str] = "credential.TemplatePacked.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL_JOURNAL

    digest: Digest
    at: AwareDatetime
    pack: str

    @property
    def key(self) -> str:
        return f"template/{self.digest}"

    @property
    def time(self) -> AwareDatetime:
        return self.at


class AddedTemplate(BaseModel):
    """A template that an edition may be printed with, as its `template.yaml` says it.

    `template` is its id and version there: `cairo-2`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    template: Name
    digest: Digest
    title_en: Name
    title_ar: Name
    pages: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    actor: Name


class TemplateActivation(BaseModel):
    """From `at` on documents are printed with a template; without a digest with the built-in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    digest: DigestOrEmpty
    at: AwareDatetime
    actor: Name


class TemplatesChanged(Event):
    """The templates of an edition after the `write`-th change to them, and all its activations.

    The newest activation counts, for documents that are made after it.
    """

    TYPE: ClassVar[str] = "credential.TemplatesChanged.v1"
    TOPIC: ClassVar[Topic] = CREDENTIAL_JOURNAL

    write: Annotated[int, Field(ge=1)]
    added: tuple[AddedTemplate, ...]
    activations: tuple[TemplateActivation, ...] = ()

    @property
    def key(self) -> str:
        return f"templates/{self.edition}"

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.write,)
