"""What the sheets have in common: names, numbers, notices, the foot of a page."""

from collections.abc import Iterable
from dataclasses import dataclass

from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.sheets import Member, SessionRow
from ijaza_attendance.sheets.paper import Line
from ijaza_attendance.sheets.writing import Writing


@dataclass(frozen=True, slots=True)
class Extent:
    """Which rows of all there are a file holds: `first` to `last` of `people`."""

    first: int
    last: int
    people: int

    @property
    def whole(self) -> bool:
        """Whether nobody is left out."""
        return self.last - self.first + 1 >= self.people


def name_cell(member: Member, writing: Writing) -> list[Line]:
    """Both names, that of the page's language first."""
    names = [member.name_en, member.name_ar]
    if writing.language == "ar":
        names.reverse()
    known = [name for name in names if name]
    if not known:
        return [Line(writing.words.name_unknown, "small")]
    return [Line(known[0]), *(Line(name, "small") for name in known[1:])]


def number_cell(member: Member, writing: Writing) -> list[Line]:
    return [Line(writing.digits(str(member.number)) if member.number else "–")]


def counted(row: SessionRow, writing: Writing) -> str:
    """What counts of a session; in brackets what would, were it not excused or cancelled."""
    span = writing.span(row.seconds) + ("*" if row.source == "correction" else "")
    if row.counts:
        return span
    return f"({span})" if row.seconds else ""


def notices_of(sitting: Sitting, writing: Writing) -> list[str]:
    """What has to be known of a session before its rows are read."""
    if sitting.counts_for != sitting.session:
        return [writing.words.merged_notice.format(session=sitting.counts_for)]
    return [writing.words.cancelled_notice] if sitting.cancelled else []


def extent_fact(extent: Extent, writing: Writing) -> list[tuple[str, Line]]:
    """How many people there are, and which of them are on these pages."""
    people = writing.digits(str(extent.people))
    if extent.whole:
        return [(writing.words.people, Line(people))]
    part = f"{extent.first}–{extent.last} / {extent.people}"
    return [(writing.words.people, Line(writing.digits(part)))]


def foot_of(programme: Programme, writing: Writing, made_at: int) -> list[str]:
    """When and from what a sheet was made."""
    words = writing.words
    return [
        f"{words.generated} {writing.moment(made_at)}",
        f"{words.revision} {writing.digits(str(programme.revision))}",
        words.times.format(zone=programme.timezone),
    ]


def texts_of(member: Member, rows: Iterable[SessionRow]) -> tuple[str, tuple[str, ...]]:
    said = [text for row in rows for text in _reasons(row)]
    return member.participant, (member.name_en, member.name_ar, *said)


def _reasons(row: SessionRow) -> list[str]:
    said = [(each.actor, each.reason) for each in row.excuses]
    if row.correction is not None:
        said.append((row.correction.actor, row.correction.reason))
    return [text for pair in said for text in pair]
