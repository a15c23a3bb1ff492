"""The people by what they have in common: rows for the tables, and a chart of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ijaza_local.files.model import Partner

from . import tally, wording
from .charts import Bar, bars
from .countries import country
from .names import Names
from .tally import Count, Person
from .wording import Wording

NOT_NOMINATED = Wording("Nominated by no partner", "لم يرشحهم شريك")

_EXPLANATION = Wording(
    "Each bar: applied, of them took part at the end, of them hold a certificate. "
    "The table has the same numbers.",
    "في كل شريط: المتقدمون، ثم المشاركون حتى النهاية، ثم الحاصلون على شهادة. "
    "والأرقام نفسها في الجدول.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A group: its value as in the files, in words, and what became of its people."""

    value: str
    label: Wording
    count: Count
    notes: tuple[Wording, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The people by one attribute. A withheld one has no rows: they would list persons."""

    column: str
    heading: Wording
    values: int
    rows: tuple[Row, ...]
    chart: Markup

    @property
    def withheld(self) -> bool:
        """Whether the groups are not listed."""
        return not self.rows


def breakdowns(people: Sequence[Person], names: Names) -> list[Breakdown]:
    """The people by each attribute that they have, in the order of the report."""
    return [
        _breakdown(f"by-{place}", column, people, names)
        for place, column in enumerate(tally.columns(people), start=1)
    ]


def _breakdown(identity: str, column: str, people: Sequence[Person], names: Names) -> Breakdown:
    groups = tally.by_attribute(people, column)
    heading = wording.column(column)
    if tally.tells_persons_apart(column, groups):
        return Breakdown(column, heading, len(groups), (), Markup())
    rows = tuple(Row(group.value, names.of(column, group.value), group.count) for group in groups)
    return Breakdown(column, heading, len(groups), rows, chart_of(identity, heading, rows))


def partner_rows(partners: Sequence[Partner], people: Sequence[Person]) -> list[Row]:
    """Every partner, the one that nominated most first; then ids that no partner has."""
    nominated = tally.by_nominator(people)
    nobody = tally.count(())
    rows = [_partner_row(each, nominated.get(each.id, nobody)) for each in partners]
    unknown = nominated.keys() - {partner.id for partner in partners}
    rows += [Row(id_, wording.as_written(id_), nominated[id_]) for id_ in unknown]
    return sorted(rows, key=lambda row: (-row.count.applied, -row.count.took_part, row.value))


def _partner_row(partner: Partner, count: Count) -> Row:
    kind = wording.PARTNER_KINDS[partner.kind]
    notes = (kind, country(partner.country)) if partner.country else (kind,)
    return Row(partner.id, Wording(partner.name_en, partner.name_ar), count, notes)


def chart_of(identity: str, heading: Wording, rows: Sequence[Row]) -> Markup:
    """What became of the people of each group, as a chart."""
    return bars(
        identity,
        heading,
        _EXPLANATION,
        [
            Bar(row.label, (row.count.applied, row.count.took_part, row.count.certificates))
            for row in rows
        ],
    )
