"""The page: what was counted, in words and charts, laid out by the templates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from ijaza_contracts.edition import Edition
from ijaza_runtime.web.integrity import integrity
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from ijaza_local.files.model import Partner

from . import groups, moments, progress, tally, wording
from .charts import TALLEST
from .countries import country
from .goals import goal
from .names import Names
from .tally import Person
from .wording import Wording

_PACKAGE = "ijaza_local.report"
_TEMPLATES = "templates"


def render(
    edition: Edition,
    people: Sequence[Person],
    partners: Sequence[Partner],
    *,
    closed_at: datetime,
    reviews: Mapping[str, int],
) -> str:
    """The edition's report as one HTML page, of which nothing lies elsewhere.

    `people` are all applicants, `reviews` how many review items there are of each kind,
    `closed_at` is when the edition closed. The same input gives the same text, whatever the order
    of people, partners and kinds. Groups of one are shown, for the report is the office's own, and
    the page says so; a column that describes persons is not listed.
    """
    zone = ZoneInfo(edition.timezone)
    style = _style()
    breakdowns = groups.breakdowns(people, Names(edition, partners))
    return _template().render(
        edition=edition,
        zone=zone,
        style=Markup(style),  # noqa: S704 - our own style sheet, which holds no input
        style_hash=integrity(style.encode()),
        sections=_sections(edition, people, partners),
        title=wording.bilingual(edition.title),
        closed=moments.day(closed_at.astimezone(zone).date()),
        period=moments.taught_between(edition.modules, zone),
        applied=progress.applied_label(edition),
        total=tally.count(people),
        reached={each.column: _reached(each) for each in breakdowns},
        way=progress.way(edition, people),
        outcomes=progress.outcomes(edition, people),
        certificates=progress.certificate_rows(edition, people),
        modules=progress.module_rows(edition, people),
        breakdowns=breakdowns,
        partners=groups.partner_rows(partners, people),
        not_nominated=tally.count(person for person in people if not person.nominated_by),
        reviews=progress.reviews(reviews),
    )


def _sections(edition: Edition, people: Sequence[Person], partners: Sequence[Partner]) -> list[str]:
    """The sections that have something to say."""
    present = {
        "people": bool(people),
        "partners": bool(partners or any(person.nominated_by for person in people)),
        "events": bool(edition.events),
        "resources": bool(edition.resources or any(each.resources for each in edition.modules)),
        "glossary": bool(edition.glossary),
        "themes": bool(edition.themes or edition.sdgs),
    }
    return [name for name in wording.SECTIONS if present.get(name, True)]


def _reached(breakdown: groups.Breakdown) -> int:
    """How many values of an attribute those who took part at the end have."""
    return sum(row.value != "" and row.count.took_part > 0 for row in breakdown.rows)


@cache
def _style() -> str:
    return files(_PACKAGE).joinpath(_TEMPLATES, "report.css").read_text("utf-8")


@cache
def _template() -> Template:
    """report.html, with the words and charts that its parts ask for."""
    environment = Environment(
        loader=PackageLoader(_PACKAGE, _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        bilingual=wording.bilingual,
        further_languages=wording.further_languages,
        number=lambda number: f"{number:,}",
        plain=wording.plain,
    )
    environment.globals.update(
        W=Wording,
        clock=moments.clock,
        country=country,
        duration=moments.duration,
        goal=goal,
        group_chart=groups.chart_of,
        language=wording.language,
        module_chart=progress.module_chart,
        not_nominated_label=groups.NOT_NOMINATED,
        section_names=wording.SECTIONS,
        share=wording.share,
        step_chart=progress.chart_of,
        tallest=TALLEST,
        taught=moments.taught,
        weekday=moments.weekday,
    )
    return environment.get_template("report.html")
