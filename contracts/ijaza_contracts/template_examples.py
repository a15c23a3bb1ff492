"""Examples of what credential tells itself of templates."""

from ijaza_contracts import templates
from ijaza_contracts.envelope import CloudEvent
from ijaza_contracts.example_edition import DEFINITION, utc

_DIGEST = "4c1f0e7b2d9a58c36e71f4a0b8d52c9e03f6a7d1845be29c70f3d61a9e8b4c25"

TEMPLATES: tuple[CloudEvent, ...] = (
    templates.TemplatePacked(
        digest=_DIGEST, at=utc("2020-03-01T10:00"), pack="UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="
    ),
    templates.TemplatesChanged(
        edition=DEFINITION.id,
        at=utc("2020-03-02T10:00"),
        write=2,
        added=(
            templates.AddedTemplate(
                template="nile-school-1",
                digest=_DIGEST,
                title_en="Nile School, portrait",
                title_ar="مدرسة النيل، بالطول",
                pages=1,
                at=utc("2020-03-01T10:00"),
                actor="office-1",
            ),
        ),
        activations=(
            templates.TemplateActivation(
                digest=_DIGEST, at=utc("2020-03-02T10:00"), actor="office-1"
            ),
        ),
    ),
)
