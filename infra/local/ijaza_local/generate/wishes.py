"""Which values the rules of a selection ask for, column by column."""

from collections.abc import Iterable, Sequence
from itertools import count

from ijaza_contracts.edition import Edition

from ijaza_local.files.countries import COUNTRIES as COUNTRY_CODES

from .names import COUNTRIES, PARTNERS

DEFAULTS: dict[str, Sequence[str]] = {
    "organisation_type": ("government",) * 6 + ("ngo",) * 3 + ("academia",),
    "seniority": ("mid", "mid", "senior", "junior"),
    "field_related": ("yes",),
    "gender": ("female", "male"),
}
GROUPS = tuple(f"group {number}" for number in range(1, 9))
MADE = frozenset(("ref", "name_en", "name_ar", "email", "organisation", "country", "nominated_by"))
"""Columns that are not drawn from a list of values."""


class Wishes:
    """The values that a rule accepts, and those to draw from where it accepts any."""

    def __init__(self, edition: Edition) -> None:
        rule = edition.selection
        self.required: dict[str, Sequence[str]] = dict(rule.require) if rule else {}
        preferred = {one.column: sum(one.order, ()) for one in rule.prefer} if rule else {}
        limited = dict.fromkeys((one.per for one in rule.at_most) if rule else (), GROUPS)
        drawn = {**limited, **preferred, **DEFAULTS, **self.required}
        self.drawn: dict[str, Sequence[str]] = {
            column: [value for value in values if value] or (self.other_than(column),)
            for column, values in drawn.items()
            if column not in MADE
        }
        home = edition.place.country
        self.countries: Sequence[str] = [
            code for code in self.required.get("country", ()) if code in COUNTRY_CODES
        ] or [code for code, _ in COUNTRIES] + [home] * len(COUNTRIES) * bool(home)
        self.organisations: Sequence[str] = self.required.get("organisation", ())
        self.nominators: Sequence[str] = self.required.get(
            "nominated_by", ("",) * 2 * len(PARTNERS) + tuple(one.id for one in PARTNERS)
        )

    def other_than(self, column: str) -> str:
        """A value of a column that the rule does not accept, if there is one."""
        accepted = self.required.get(column, ())
        candidates: Iterable[str]
        match column:
            case "country":
                candidates = sorted(COUNTRY_CODES)
            case "nominated_by":
                candidates = ["", *(one.id for one in PARTNERS)]
            case _:
                candidates = (f"other {number}" for number in count(1))
        return next((value for value in candidates if value not in accepted), accepted[0])
