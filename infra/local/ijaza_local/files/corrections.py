"""corrections.csv: what each kind of correction names and gives."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from .facts import MOST_ATTEMPTS, Attempt, tested_module
from .faults import Faults
from .model import Correction
from .people import LONGEST_NAME, LONGEST_REASON, member
from .scalars import (
    Parser,
    decimal,
    identifier,
    known_as,
    moment,
    one_of,
    or_nothing,
    parse_moment,
    text,
    whole,
)
from .table import Row, Table

CORRECTIONS_CSV = "corrections.csv"
KINDS = (
    *("attendance", "excuse", "score", "annul", "cancel-session", "move-session", "rename"),
    "withdraw",
)
OF_SESSIONS = ("cancel-session", "move-session")
OF_ATTEMPTS = ("score", "annul")
MOST_MINUTES = 1_000_000
UTC_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a correction may name; None where it cannot be told, and then anything is taken."""

    zone: ZoneInfo
    refs: Collection[str] | None
    sessions: Collection[str] | None
    max_scores: Mapping[str, Decimal | None] | None
    attempts: Collection[Attempt] | None


def read_corrections(
    path: Path, recorded: Recorded, faults: Faults, warnings: Faults
) -> tuple[Correction, ...]:
    """Read corrections.csv: identical rows once, in the order of the file.

    Targets and values are kept in one form: `m1/1` without leading zeros, scores without trailing
    zeros, the times of a move in UTC, as `2019-12-15T14:00:00Z/2019-12-15T18:00:00Z`.
    """
    if not path.exists():
        return ()
    parsers: dict[str, Parser] = {
        "kind": one_of(*KINDS),
        "participant": str,
        "target": str,
        "value": str,
        "actor": identifier,
        "reason": or_nothing(text(LONGEST_REASON)),
        "at": moment(recorded.zone),
    }
    table = Table(path, faults, warnings, required=tuple(parsers), prose="reason".__eq__)
    found: list[Correction] = []
    for row in table.rows(parsers):
        kind, *named = row.values[:4]
        if kind is None or None in named:
            continue
        fitting = _fitting(table, row, kind, named, recorded)
        if row.good and fitting:
            participant, target, value = fitting
            found.append(Correction(kind, participant, target, value, *row.values[4:]))
    return tuple(dict.fromkeys(found))


def numbered(corrections: Sequence[Correction]) -> Iterator[tuple[Correction, int]]:
    """Each correction with its number, from 0, among those of its kind, person, target and time.

    The order of these decides which stands: "of equal ones the one further down".
    """
    before: Counter[tuple[str, str, str, datetime]] = Counter()
    for row in corrections:
        same = (row.kind, row.participant, row.target, row.at)
        yield row, before[same]
        before[same] += 1


def move_of(correction: Correction) -> tuple[datetime, datetime]:
    """Start and end that a `move-session` gives, in UTC."""
    start, end = (datetime.fromisoformat(text) for text in correction.value.split("/"))
    return start, end


def _fitting(
    table: Table, row: Row, kind: str, named: Sequence[str], recorded: Recorded
) -> list[str]:
    """Participant, target and value as the kind wants them; nothing if one does not fit."""
    participant, target, value = named
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("participant", lambda: _participant(kind, participant, recorded)),
        ("target", lambda: _target(kind, participant, target, recorded)),
        ("value", lambda: _value(kind, target, value, recorded)),
    )
    fitting = []
    for column, check in checks:
        try:
            fitting.append(check())
        except ValueError as error:
            table.refuse(row, column, f"for {kind}: {error}")
    return fitting if len(fitting) == len(checks) else []


def _participant(kind: str, participant: str, recorded: Recorded) -> str:
    if kind in OF_SESSIONS:
        return _nothing(participant, "it is for everybody")
    return str(member(recorded.refs)(participant))


def _target(kind: str, participant: str, target: str, recorded: Recorded) -> str:
    if kind == "withdraw":
        return _nothing(target, "it needs none")
    if kind == "rename":
        return one_of("name_en", "name_ar")(target)
    if kind in OF_ATTEMPTS:
        return _attempt(participant, target, recorded)
    known = recorded.sessions
    return (identifier if known is None else known_as("a session of edition.yaml", known))(target)


def _value(kind: str, target: str, value: str, recorded: Recorded) -> str:
    match kind:
        case "attendance":
            return str(whole(0, MOST_MINUTES)(value))
        case "score":
            return _score(target.partition("/")[0], value, recorded)
        case "rename":
            return text(LONGEST_NAME)(value)
        case "move-session":
            return _times(value, recorded.zone)
        case _:
            return _nothing(value, "it needs none")


def _nothing(cell: str, why: str) -> str:
    if cell:
        raise ValueError(f"an empty cell; {why}")
    return ""


def _attempt(participant: str, target: str, recorded: Recorded) -> str:
    module, slash, number = target.partition("/")
    if not slash:
        raise ValueError("module/attempt, such as m1/1")
    tested_module(recorded.max_scores)(module)
    attempt = (participant, module, whole(1, MOST_ATTEMPTS)(number))
    if recorded.attempts is not None and attempt not in recorded.attempts:
        raise ValueError("an attempt of this person that results.csv has")
    return f"{module}/{attempt[2]}"


def _score(module: str, value: str, recorded: Recorded) -> str:
    score = decimal()(value)
    highest = (recorded.max_scores or {}).get(module)
    if highest is not None and score > highest:
        raise ValueError(f"a score from 0 to {highest}, the max_score")
    return str(score)


def _times(value: str, zone: ZoneInfo) -> str:
    start, slash, end = value.partition("/")
    if not slash:
        raise ValueError("start/end, such as 2020-01-09T16:00/2020-01-09T20:00")
    begins, ends = parse_moment(start, zone), parse_moment(end, zone)
    if begins >= ends:
        raise ValueError("start/end with the end after the start")
    return f"{begins.strftime(UTC_FORM)}/{ends.strftime(UTC_FORM)}"
