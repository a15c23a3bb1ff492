"""Names in both languages of organisations that applicants.csv has in one."""

from collections.abc import Sequence

from ijaza_contracts.edition import Edition

from ijaza_local.files.model import Partner

from . import wording
from .countries import country
from .wording import Wording


class Names:
    """What the values of applicants.csv are called."""

    def __init__(self, edition: Edition, partners: Sequence[Partner]) -> None:
        bodies = (*edition.instructors, *edition.funders, *edition.organisers)
        self._organisations = {
            wording.bilingual(body.name).en: wording.bilingual(body.name) for body in bodies
        } | {
            partner.name_en: Wording(partner.name_en, partner.name_ar)
            for partner in sorted(partners, key=lambda partner: partner.id)
        }

    def of(self, column: str, value: str) -> Wording:
        """A value of a column in words: a country by its name, an organisation as it is known."""
        if not value:
            return wording.NOT_STATED
        match column:
            case "country":
                return country(value)
            case "organisation":
                return self._organisations.get(value) or wording.as_written(value)
            case _:
                return wording.value(value)
