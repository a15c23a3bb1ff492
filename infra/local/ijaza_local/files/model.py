"""What an edition's files say, once every cell was read and found good."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from ijaza_contracts.edition import Edition

from .scalars import visible


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file: where, what stands there, what was expected.

    `line` is 1-based, 0 where the whole file is meant; `column` is a CSV column or a path into
    edition.yaml.
    """

    file: str
    line: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        column = f", {visible(self.column)}" if self.column else ""
        return f"{place}{column}: {self.value!r}: {self.expected}"


@dataclass(frozen=True, slots=True)
class Applicant:
    """A row of applicants.csv. `attributes` holds every column but the ones named here."""

    ref: str
    name_en: str
    name_ar: str
    email: str
    applied_at: datetime
    nominated_by: str
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of decisions.csv."""

    participant: str
    decision: Literal["accept", "decline", "withdraw"]
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """A row of scans.csv."""

    scan_id: str
    device: str
    participant: str
    session: str
    direction: Literal["in", "out"]
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Result:
    """A row of results.csv."""

    participant: str
    module: str
    attempt: int
    score: Decimal
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """A row of corrections.csv; what `target` and `value` mean depends on the kind."""

    kind: Literal[
        "attendance",
        "excuse",
        "score",
        "annul",
        "cancel-session",
        "move-session",
        "rename",
        "withdraw",
    ]
    participant: str
    target: str
    value: str
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """A row of approvals.csv."""

    participant: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Partner:
    """A row of partners.csv."""

    id: str
    name_en: str
    name_ar: str
    kind: Literal["organisation", "government", "donor"]
    country: str


@dataclass(frozen=True, slots=True)
class EditionFiles:
    """All files of an edition but scans.csv, which is read row by row.

    Identical rows are kept once, in the order of the file.
    """

    directory: Path
    edition: Edition
    applicants: tuple[Applicant, ...] = ()
    decisions: tuple[Decision, ...] = ()
    results: tuple[Result, ...] = ()
    corrections: tuple[Correction, ...] = ()
    approvals: tuple[Approval, ...] = ()
    partners: tuple[Partner, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading an edition gave: the files if nothing is wrong, every fault, every warning.

    `latest` is the latest time of a row in the files other than approvals.csv; `scans` counts the
    rows of scans.csv; `unlisted` counts the faults that `faults` leaves out for their number.
    """

    files: EditionFiles | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    latest: datetime | None = None
    scans: int = 0
    unlisted: int = 0
