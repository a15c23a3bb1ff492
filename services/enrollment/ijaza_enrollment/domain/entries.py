"""What the selection works on: candidates, the entries made of them, and departures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

Outcome = Literal["selected", "waitlisted", "declined", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An applicant as the selection sees one: `columns` as applicants.csv has them."""

    participant: str
    ref: str
    applied_at: datetime
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody leaves: `id` is the command's own, `note` a text that is kept with the person."""

    id: str
    participant: str
    kind: Literal["decline", "withdraw"]
    at: datetime
    actor: str = ""
    note: str = ""


class Entry(NamedTuple):
    """An applicant's place in the selection, and what became of it.

    `groups` number, for each `at_most`, the value that the applicant has in its column; `fails`
    is the first column of `require` whose value is not accepted. `settled`: the selection has
    spoken; `because` says why somebody was left waiting then. `selected_by` and `left_by` count
    departures from 1; a seat that the selection itself gave has `selected_by` 0.

    A named tuple, for there are many, and JSON then has each as an array: a further field goes to
    the end and has a default.
    """

    participant: str
    rank: int | None = None
    groups: tuple[int, ...] = ()
    fails: str = ""
    settled: bool = False
    because: str = ""
    number: int | None = None
    selected_by: int | None = None
    left_by: int | None = None

    @property
    def outcome(self) -> Outcome:
        """What selection.csv says of the applicant."""
        if self.left_by is not None:
            return "withdrawn"
        if self.number is not None:
            return "selected"
        return "declined" if self.fails else "waitlisted"

    @property
    def waiting(self) -> bool:
        """Whether a free place may go to this applicant."""
        return self.number is None and self.left_by is None and not self.fails


def as_of(entries: Iterable[Entry], done: int) -> list[Entry]:
    """The entries as they were after `done` departures: what was begun since is undone."""
    return [_undone(entry, done) for entry in entries]


def _undone(entry: Entry, done: int) -> Entry:
    if entry.left_by is not None and entry.left_by > done:
        entry = entry._replace(left_by=None)
    if entry.selected_by is not None and entry.selected_by > done:
        entry = entry._replace(number=None, selected_by=None)
    return entry
