"""A small edition, its people, and a reader of the page for the report's tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from ijaza_contracts.edition import Edition
from ijaza_local.files.model import Partner
from ijaza_local.report import Person, render

CLOSED_AT = datetime(2020, 1, 11, 18, tzinfo=UTC)

VOID = {"meta", "rect", "path"}
"""The elements of the page that have no end tag."""

_NAME = {"en": "Office", "ar": "المكتب"}


def at(text: str) -> datetime:
    """An instant in UTC: `at("2020-01-05T14:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def session(id_: str, start: str, end: str, **further: Any) -> dict[str, Any]:
    """A session of an edition; times are in UTC."""
    return {"id": id_, "start": at(start), "end": at(end), **further}


def edition(**changes: Any) -> Edition:
    """Two modules in Cairo, the first with a test; a selection; one certificate for both."""
    fields: dict[str, Any] = {
        "id": "mg",
        "title": {"en": "Migration Governance", "ar": "حوكمة الهجرة"},
        "timezone": "Africa/Cairo",
        "languages": ("ar", "en"),
        "issuer": {"did_host": "example.org", "name": _NAME},
        "organisers": ({"id": "office", "name": _NAME},),
        "place": {"name": {"en": "Campus", "ar": "الحرم"}, "country": "EG"},
        "selection": {"capacity": 30, "promote_until": at("2020-01-05T14:00")},
        "modules": (
            {
                "id": "m1",
                "title": {"en": "Law", "ar": "القانون"},
                "sessions": (session("d1", "2020-01-05T14:00", "2020-01-05T18:00"),),
                "test": {"pass_mark": 60, "max_score": 100, "attempts": 2},
            },
            {
                "id": "m2",
                "title": {"en": "Development", "ar": "التنمية"},
                "sessions": (session("d2", "2020-01-09T14:00", "2020-01-09T18:00"),),
            },
        ),
        "certificates": (
            {
                "id": "certificate",
                "kind": "completion",
                "title": {"en": "The Certificate", "ar": "الشهادة"},
                "requires": {"attendance": {"min_percent": 80}, "tests": "all_passed"},
            },
        ),
    }
    return Edition.model_validate(fields | changes)


def person(
    outcome: str = "selected",
    *,
    attributes: Mapping[str, str] | None = None,
    missing: tuple[str, ...] = (),
    **further: Any,
) -> Person:
    """Somebody who, unless said otherwise, is selected, earns the certificate and holds it."""
    took_part = outcome == "selected"
    award = "certificate" if took_part and not missing else ""
    fields: dict[str, Any] = {
        "nominated_by": "",
        "took_part": took_part,
        "award": award,
        "certificate": award,
    }
    return Person(
        attributes={"country": "EG"} if attributes is None else attributes,
        outcome=outcome,
        missing=missing,
        **(fields | further),
    )


def people_with(column: str, *values: str) -> list[Person]:
    """One selected person for each value of a column."""
    return [person(attributes={column: value}) for value in values]


@dataclass(slots=True)
class Row:
    """A row of a table: the value that it stands for, its classes, its cells' texts."""

    value: str
    classes: str
    cells: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> list[str]:
        """The cells between the English and the Arabic name."""
        return self.cells[1:-1]


class Page(HTMLParser):
    """What a browser sees of the page: rows by section, attributes, texts with their language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.rows: dict[str, list[Row]] = {}
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        if tag == "tr":
            row = Row(attributes.get("data-value", ""), attributes.get("class", ""))
            self.rows.setdefault(self._section(), []).append(row)
        if tag in ("td", "th"):
            self.rows[self._section()][-1].cells.append("")
        if tag not in VOID:
            self._open.append((tag, attributes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        opened = {tag for tag, _ in self._open}
        if opened & {"style"} or not data.strip():
            return
        self.texts.append((data.strip(), self._language()))
        if opened & {"td", "th"}:
            cells = self.rows[self._section()][-1].cells
            cells[-1] = f"{cells[-1]} {data.strip()}".strip()

    def row(self, section: str, value: str) -> Row:
        """The one row of a section (its id or column) that stands for a value."""
        (found,) = [each for each in self.rows[section] if each.value == value]
        return found

    def values(self, section: str) -> list[str]:
        """What the rows of a section stand for, in their order, without heads and totals."""
        return [row.value for row in self.rows[section] if row.value]

    def _section(self) -> str:
        for tag, attributes in reversed(self._open):
            name = attributes.get("data-column") or attributes.get("id")
            if tag == "section" and name:
                return name
        return ""

    def _language(self) -> str:
        for _, attributes in reversed(self._open):
            if "lang" in attributes:
                return attributes["lang"]
        return ""


def page(
    people: Sequence[Person] = (),
    *,
    partners: Sequence[Partner] = (),
    reviews: Mapping[str, int] | None = None,
    **changes: Any,
) -> Page:
    """The report of the small edition, with changes to its fields."""
    html = render(edition(**changes), people, partners, closed_at=CLOSED_AT, reviews=reviews or {})
    return Page(html)
