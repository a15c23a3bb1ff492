"""The parts of edition.yaml that rules are made of: modules, sessions, tests, certificates, seats.

Each reader gives the part as a tree for `ijaza_contracts.edition`; where something in it is
wrong, a fault is noted and None stands in its place.
"""

from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from .nodes import Fields, Reader, Spot, listed, mapping, scalar
from .scalars import decimal, identifier, moment, once, one_of, text, whole
from .texts import resources, texts

Tree = dict[str, Any]

MOST_SEATS = 1_000_000
MOST_ATTEMPTS = 1000
MOST_HOURS = 100_000


def modules(zone: ZoneInfo, languages: tuple[str, ...]) -> Reader:
    """A reader of `modules`; ids of modules, and of sessions in all of them, are unique."""
    module_id = scalar(once(_module_id, "module's id"))
    sessions = listed(session(zone, scalar(once(identifier, "session's id"))), least=1)

    def read_module(spot: Spot) -> Tree:
        fields = Fields(spot, ("id", "title", "sessions", "test", "resources"))
        return {
            "id": fields.need("id", module_id),
            "title": fields.need("title", texts(hoped=languages)),
            "sessions": fields.need("sessions", sessions),
            "test": fields.get("test", _test),
            "resources": fields.get("resources", resources, []),
        }

    return listed(read_module, least=1)


def session(zone: ZoneInfo, session_id: Reader) -> Reader:
    """A reader of one session with its breaks."""

    def read(spot: Spot) -> Tree:
        fields = Fields(spot, ("id", "start", "end", "breaks"))
        start, end = span(fields, zone)
        pauses = fields.get("breaks", listed(read_break(start, end)), [])
        if _overlap(pauses):
            fields.at("breaks").warn("breaks apart; time that two of them share is taken out once")
        return {
            "id": fields.need("id", session_id),
            "start": start,
            "end": end,
            "breaks": pauses,
        }

    def read_break(start: datetime | None, end: datetime | None) -> Reader:
        def read_one(spot: Spot) -> Tree:
            fields = Fields(spot, ("start", "end"))
            opens, closes = span(fields, zone)
            if start and end and start < end and opens and closes and opens < closes:
                if opens < start:
                    fields.at("start").fault("a break inside its session; it begins before it")
                if closes > end:
                    fields.at("end").fault("a break inside its session; it ends after it")
            return {"start": opens, "end": closes}

        return read_one

    return read


def span(fields: Fields, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """`start` and `end`; an end that is not after the start is a fault."""
    start = fields.need("start", scalar(moment(zone)))
    end = fields.need("end", scalar(moment(zone)))
    if start and end and end <= start:
        fields.at("end").fault(f"a time after the start, {fields.at('start').shown}")
    return start, end


def certificates(languages: tuple[str, ...]) -> Reader:
    """A reader of `certificates`, best first."""
    certificate_id = scalar(once(identifier, "certificate's id"))

    def read_one(spot: Spot) -> Tree:
        fields = Fields(spot, ("id", "kind", "title", "requires"))
        kinds = one_of("completion", "participation", "attendance")
        return {
            "id": fields.need("id", certificate_id),
            "kind": fields.need("kind", scalar(kinds)),
            "title": fields.need("title", texts(languages)),
            "requires": fields.get("requires", _requires, {}),
        }

    return listed(read_one, least=1)


def selection(zone: ZoneInfo, last_end: datetime | None) -> Reader:
    """A reader of `selection`; `promote_until` is the latest end of any session if left out."""

    def read(spot: Spot) -> Tree:
        fields = Fields(spot, ("capacity", "require", "prefer", "at_most", "promote_until"))
        return {
            "capacity": fields.need("capacity", scalar(whole(1, MOST_SEATS))),
            "require": fields.get("require", _require, {}),
            "prefer": fields.get("prefer", listed(_preference), []),
            "at_most": fields.get("at_most", listed(_seat_limit), []),
            "promote_until": fields.get("promote_until", scalar(moment(zone)), last_end),
        }

    return read


def _module_id(value: str) -> str:
    """A module's id stands in `module/attempt` and in lists that `;` divides."""
    parsed = identifier(value)
    if "/" in parsed or ";" in parsed:
        raise ValueError("a module's id without / and ;")
    return parsed


def _test(spot: Spot) -> Tree:
    fields = Fields(spot, ("pass_mark", "max_score", "attempts"))
    found = {
        "pass_mark": fields.need("pass_mark", scalar(decimal())),
        "max_score": fields.need("max_score", scalar(decimal())),
        "attempts": fields.need("attempts", scalar(whole(1, MOST_ATTEMPTS))),
    }
    if None not in found.values() and found["pass_mark"] > found["max_score"]:
        fields.at("pass_mark").fault(f"at most the max_score, {found['max_score']}")
    return found


def _requires(spot: Spot) -> Tree:
    fields = Fields(spot, ("attendance", "tests"))
    return {
        "attendance": fields.get("attendance", _required_attendance),
        "tests": fields.get("tests", scalar(one_of("all_passed", "none")), "none"),
    }


def _required_attendance(spot: Spot) -> Tree:
    fields = Fields(spot, ("min_percent", "min_hours"))
    return {
        "min_percent": fields.get("min_percent", scalar(decimal(100))),
        "min_hours": fields.get("min_hours", scalar(decimal(MOST_HOURS))),
    }


def _require(spot: Spot) -> Tree:
    return {column: listed(_value, least=1)(values) for column, values in mapping(spot)}


def _preference(spot: Spot) -> Tree:
    fields = Fields(spot, ("column", "order"))
    order = fields.need("order", listed(listed(_value, least=1), least=1))
    for value, count in Counter(value for values in order or () for value in values).items():
        if count > 1:
            fields.at("order").fault(f"each value in one class; {value!r} stands {count} times")
    return {"column": fields.need("column", scalar(text())), "order": order}


def _seat_limit(spot: Spot) -> Tree:
    fields = Fields(spot, ("per", "seats"))
    return {
        "per": fields.need("per", scalar(text())),
        "seats": fields.need("seats", scalar(whole(1, MOST_SEATS))),
    }


_value = scalar(str, may_be_empty=True)
"""A value of a column, exactly as its cells have it; nominated_by may be empty."""


def _overlap(spans: list[Tree]) -> bool:
    known = sorted((one["start"], one["end"]) for one in spans if one["start"] and one["end"])
    return any(first[1] > second[0] for first, second in pairwise(known))
