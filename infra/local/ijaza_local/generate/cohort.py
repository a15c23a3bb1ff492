"""Who applies: people with names in both scripts, their bodies, and what the rules ask for."""

from datetime import datetime, timedelta
from random import Random

from ijaza_contracts.edition import Edition

from ijaza_local.files import Applicant, Partner

from .names import BODIES, COUNTRIES, FAMILIES, MEN, PARTNERS, WOMEN
from .wishes import Wishes

WAITING, DECLINED = 0.12, 0.08
"""How many more than the places apply, as shares of these."""

EARLIEST, LATEST = 90, 30
"""Days before the first session between which people apply."""

COUNTRY_NAMES = dict(COUNTRIES)


def partners(edition: Edition) -> list[Partner]:
    """The partners that nominate: those that the rules name, too."""
    known = {one.id for one in PARTNERS}
    named = [one for one in Wishes(edition).nominators if one and one not in known]
    made = (Partner(one, one, one, "organisation", "") for one in dict.fromkeys(named))
    return [*PARTNERS, *made]


def applicants(edition: Edition, places: int, chance: Random) -> list[Applicant]:
    """Enough who pass the rules for all places, some to wait, and some who fail a rule.

    On a roster exactly `places` people.
    """
    rule = edition.selection
    waiting = round(places * WAITING) if rule else 0
    failing = round(places * DECLINED) if rule and rule.require else 0
    total = places + waiting + failing
    declined = set(chance.sample(range(total), failing))
    maker = _Maker(edition, chance)
    width = max(4, len(str(total)))
    return [
        maker.person(f"G{number + 1:0{width}}", number, passes=number not in declined)
        for number in range(total)
    ]


class _Maker:
    """Makes people; each is drawn from the same chance, one after the other."""

    def __init__(self, edition: Edition, chance: Random) -> None:
        self._chance = chance
        self._wishes = Wishes(edition)
        self._first = first_start(edition)

    def person(self, ref: str, number: int, *, passes: bool) -> Applicant:
        chance, wishes = self._chance, self._wishes
        columns = {column: chance.choice(values) for column, values in wishes.drawn.items()}
        given = chance.choice(MEN if columns["gender"] == "male" else WOMEN)
        father, family = chance.choice(MEN), chance.choice(FAMILIES)
        columns["nominated_by"] = chance.choice(wishes.nominators)
        columns["country"] = chance.choice(wishes.countries)
        columns["organisation"] = self._body(columns)
        if not passes:
            failed = chance.choice(list(wishes.required))
            columns[failed] = wishes.other_than(failed)
        nominated_by = columns.pop("nominated_by")
        before = timedelta(minutes=chance.randint(LATEST * 1440, EARLIEST * 1440))
        account = "".join(filter(str.isalpha, given[0] + family[0])).lower()
        return Applicant(
            ref=ref,
            name_en=f"{given[0]} {father[0]} {family[0]}",
            name_ar=f"{given[1]} {father[1]} {family[1]}",
            email=f"{account}.{number + 1}@example.org",
            applied_at=self._first - before,
            nominated_by=nominated_by,
            attributes=columns,
        )

    def _body(self, columns: dict[str, str]) -> str:
        if self._wishes.organisations:
            return self._chance.choice(self._wishes.organisations)
        kind, code = columns["organisation_type"], columns["country"]
        body = self._chance.choice(BODIES.get(kind, (f"{kind.capitalize()} organisation, {{}}",)))
        return body.replace("{}", COUNTRY_NAMES.get(code, code))


def first_start(edition: Edition) -> datetime:
    """When the first session begins, as in edition.yaml."""
    return min(session.start for module in edition.modules for session in module.sessions)
