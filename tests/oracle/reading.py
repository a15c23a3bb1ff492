"""Reads the files of an edition: times, scalars, CSV rows, and the defaults of edition.yaml."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

Row = dict[str, str]
Span = tuple[int, int]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CSV_FILES = ("applicants", "decisions", "scans", "results", "corrections", "approvals")


@dataclass(frozen=True, slots=True)
class Session:
    """One session; times are whole seconds since 1970 UTC."""

    id: str
    start: int
    end: int
    breaks: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class TestRules:
    """The rules of a module's test."""

    pass_mark: Fraction
    max_score: Fraction
    attempts: int


@dataclass(frozen=True, slots=True)
class Module:
    """A module with its sessions in the edition's order; `test` is None where it has none."""

    id: str
    sessions: tuple[Session, ...]
    test: TestRules | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate requires; a bound that is left out is 0 and asks for nothing."""

    id: str
    min_percent: Fraction
    min_hours: Fraction
    all_tests: bool


@dataclass(frozen=True, slots=True)
class SelectionRules:
    """The rules of `selection`; `promote_until` in seconds, its default already put in."""

    capacity: int
    require: Mapping[str, list[str]]
    prefer: tuple[tuple[str, list[list[str]]], ...]
    at_most: tuple[tuple[str, int], ...]
    promote_until: int


@dataclass(frozen=True, slots=True)
class Edition:
    """What of edition.yaml decides the numbers; `selection` is None on a roster."""

    zone: ZoneInfo
    selection: SelectionRules | None
    record: str
    missing_out: str
    modules: tuple[Module, ...]
    certificates: tuple[Certificate, ...]
    issue: str
    approvers: int


def parse_time(text: str, zone: ZoneInfo) -> int:
    """Seconds since 1970 UTC of `YYYY-MM-DDTHH:MM[:SS]` with `Z`, an offset or none.

    zoneinfo with fold=0 is what formats.md asks for: the first of a local time that occurs
    twice, and the offset before the change for one that is skipped.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return (moment - EPOCH) // timedelta(seconds=1)


def read_csv(path: Path) -> list[Row]:
    """The rows of a CSV file as text; none if there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def read_edition(directory: Path) -> Edition:
    """edition.yaml, its scalars read as text."""
    text = (directory / "edition.yaml").read_text(encoding="utf-8")
    return edition_from(yaml.BaseLoader(text).get_single_data())


def read_rows(directory: Path) -> dict[str, list[Row]]:
    """The rows of every CSV file that decides numbers, by the file's name without `.csv`."""
    return {name: read_csv(directory / f"{name}.csv") for name in CSV_FILES}


def edition_from(raw: Mapping[str, Any]) -> Edition:
    """The edition of a parsed edition.yaml whose scalars are text."""
    zone = ZoneInfo(raw["timezone"])
    modules = tuple(_module(module, zone) for module in raw["modules"])
    attendance = raw.get("attendance", {})
    return Edition(
        zone=zone,
        selection=_selection(raw["selection"], modules, zone) if "selection" in raw else None,
        record=attendance.get("record", "in-out"),
        missing_out=attendance.get("missing_out", "review"),
        modules=modules,
        certificates=tuple(_certificate(entry) for entry in raw["certificates"]),
        issue=raw.get("issue", "automatic"),
        approvers=int(raw.get("approvers", "1")),
    )


def _module(raw: Mapping[str, Any], zone: ZoneInfo) -> Module:
    return Module(
        id=raw["id"],
        sessions=tuple(_session(session, zone) for session in raw["sessions"]),
        test=_test(raw["test"]) if "test" in raw else None,
    )


def _test(raw: Mapping[str, str]) -> TestRules:
    return TestRules(Fraction(raw["pass_mark"]), Fraction(raw["max_score"]), int(raw["attempts"]))


def _session(raw: Mapping[str, Any], zone: ZoneInfo) -> Session:
    start, end = _span(raw, zone)
    return Session(raw["id"], start, end, tuple(_span(b, zone) for b in raw.get("breaks", [])))


def _span(raw: Mapping[str, str], zone: ZoneInfo) -> Span:
    return parse_time(raw["start"], zone), parse_time(raw["end"], zone)


def _certificate(raw: Mapping[str, Any]) -> Certificate:
    requires = raw.get("requires", {})
    attendance = requires.get("attendance", {})
    return Certificate(
        id=raw["id"],
        min_percent=Fraction(attendance.get("min_percent", "0")),
        min_hours=Fraction(attendance.get("min_hours", "0")),
        all_tests=requires.get("tests", "none") == "all_passed",
    )


def _selection(
    raw: Mapping[str, Any], modules: tuple[Module, ...], zone: ZoneInfo
) -> SelectionRules:
    until = raw.get("promote_until")
    latest_end = max(session.end for module in modules for session in module.sessions)
    return SelectionRules(
        capacity=int(raw["capacity"]),
        require=raw.get("require", {}),
        prefer=tuple((entry["column"], entry["order"]) for entry in raw.get("prefer", [])),
        at_most=tuple((entry["per"], int(entry["seats"])) for entry in raw.get("at_most", [])),
        promote_until=latest_end if until is None else parse_time(until, zone),
    )
