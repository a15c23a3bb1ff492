"""edition.yaml, read whole: the edition's definition, or every fault in it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ijaza_contracts.edition import Edition

from .faults import Faults
from .glossary import read_glossary
from .nodes import Fields, Spot, listed, load, scalar
from .programme import MOST_HOURS, certificates, modules, selection
from .scalars import day, decimal, language, once, one_of, time_zone, whole
from .texts import (
    file_name,
    happening,
    issuer,
    line_of_text,
    organisations,
    place,
    resources,
    texts,
)

EDITION_YAML = "edition.yaml"
UNKNOWN_ZONE = ZoneInfo("UTC")
FIELDS = (
    *("id", "title", "subtitle", "timezone", "languages", "issuer", "organisers", "funders"),
    *("instructors", "place", "themes", "sdgs", "selection", "attendance", "modules"),
    *("certificates", "issue", "approvers", "on_change", "settle_hours", "ceremony", "resources"),
    *("events", "glossary"),
)
_EDITION_ID = re.compile(r"[a-z0-9-]{1,40}", re.ASCII).fullmatch

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Definition:
    """What edition.yaml says, as far as it can be read.

    `edition` is None where anything is wrong. `sessions`, and the highest score of each module's
    test (None where it has none), are what the other files may name; they are None where they
    cannot be told, so that one fault here does not become many there. `rule_columns` are the
    columns of applicants.csv that the rules of the selection name, by their path; `lines` tells
    where each path stands.
    """

    edition: Edition | None = None
    zone: ZoneInfo = UNKNOWN_ZONE
    sessions: frozenset[str] | None = None
    max_scores: Mapping[str, Decimal | None] | None = None
    rule_columns: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


def read_definition(directory: Path, faults: Faults, warnings: Faults) -> Definition:
    """Read edition.yaml, and the glossary that it names."""
    root = load(directory / EDITION_YAML, faults, warnings)
    if root is None:
        return Definition()
    fields = Fields(root, FIELDS)
    zone: ZoneInfo = fields.need("timezone", scalar(time_zone)) or UNKNOWN_ZONE
    languages = _languages(fields)
    taught = fields.need("modules", modules(zone, languages)) or []
    tree = {
        **_described(fields, languages),
        **_governed(fields, zone, languages),
        "timezone": zone.key,
        "languages": languages,
        "modules": taught,
        "selection": fields.get("selection", selection(zone, _last_end(taught))),
        "glossary": _glossary(fields, directory, languages, faults, warnings),
    }
    sound = not faults.any_in(EDITION_YAML)
    return Definition(
        edition=Edition.model_validate(tree) if sound else None,
        zone=zone,
        sessions=_session_ids(taught),
        max_scores=_max_scores(taught, fields),
        rule_columns=_rule_columns(tree["selection"]),
        lines=root.document.lines,
    )


def _languages(fields: Fields) -> tuple[str, ...]:
    read = listed(scalar(once(language, "language")), least=1)
    return tuple(fields.need("languages", read) or ())


def _described(fields: Fields, languages: tuple[str, ...]) -> Tree:
    """What people read of the edition."""
    organisers = fields.need("organisers", listed(organisations(texts(languages)), least=1)) or []
    ids = [one["id"] for one in organisers]
    known, named = ids if None not in ids else [], texts(hoped=languages)
    return {
        "id": fields.need("id", scalar(_edition_id)),
        "title": fields.need("title", texts(languages)),
        "subtitle": fields.get("subtitle", texts(hoped=languages), {}),
        "issuer": fields.need("issuer", issuer(languages)),
        "organisers": organisers,
        "funders": fields.get("funders", listed(organisations(named)), []),
        "instructors": fields.get("instructors", listed(organisations(named, known)), []),
        "place": fields.need("place", place(languages)),
        "themes": fields.get("themes", listed(line_of_text), []),
        "sdgs": fields.get("sdgs", listed(scalar(once(whole(1, 17), "goal"))), []),
        "resources": fields.get("resources", resources, []),
    }


def _governed(fields: Fields, zone: ZoneInfo, languages: tuple[str, ...]) -> Tree:
    """What the edition goes by."""
    return {
        "attendance": fields.get("attendance", _attendance, {}),
        "certificates": fields.need("certificates", certificates(languages)),
        "issue": fields.get("issue", scalar(one_of("automatic", "on_approval")), "automatic"),
        "approvers": int(fields.get("approvers", scalar(one_of("1", "2"))) or 1),
        "on_change": fields.get("on_change", scalar(one_of("at_once", "propose")), "at_once"),
        "settle_hours": fields.get("settle_hours", scalar(decimal(MOST_HOURS)), Decimal(48)),
        "ceremony": fields.get("ceremony", scalar(day)),
        "events": fields.get("events", listed(happening(zone, languages)), []),
    }


def _attendance(spot: Spot) -> Tree:
    fields = Fields(spot, ("record", "missing_out"))
    missing_out = scalar(one_of("review", "credit_to_end"))
    return {
        "record": fields.get("record", scalar(one_of("in-out", "in-only")), "in-out"),
        "missing_out": fields.get("missing_out", missing_out, "review"),
    }


def _glossary(
    fields: Fields, directory: Path, languages: tuple[str, ...], faults: Faults, warnings: Faults
) -> list[Tree]:
    name = fields.get("glossary", scalar(file_name))
    if name is None:
        return []
    if not (directory / name).is_file():
        fields.at("glossary").fault("the name of a file in the edition's folder; there is no such")
        return []
    return read_glossary(directory / name, languages, faults, warnings)


def _edition_id(value: str) -> str:
    if _EDITION_ID(value):
        return value
    raise ValueError("1 to 40 of the small letters a–z, digits and hyphens")


def _last_end(taught: Iterable[Tree]) -> datetime | None:
    """The default of `promote_until`: "the latest end of any session as in edition.yaml"."""
    ends = (one["end"] for module in taught for one in module["sessions"] or () if one["end"])
    return max(ends, default=datetime.max.replace(tzinfo=UTC))


def _rule_columns(rule: Tree | None) -> dict[str, str]:
    if rule is None:
        return {}
    named = {f"selection.require.{column}": column for column in rule["require"] or ()}
    for key, column in (("prefer", "column"), ("at_most", "per")):
        for number, entry in enumerate(rule[key], start=1):
            named[f"selection.{key}[{number}].{column}"] = entry[column]
    return {path: column for path, column in named.items() if column is not None}


def _session_ids(taught: list[Tree]) -> frozenset[str] | None:
    ids = [one["id"] for module in taught for one in module["sessions"] or [{"id": None}]]
    return None if None in ids or not ids else frozenset(ids)


def _max_scores(taught: list[Tree], fields: Fields) -> dict[str, Decimal | None] | None:
    scores: dict[str, Decimal | None] = {}
    for module in taught:
        test = module["test"]
        if module["id"] is None or (test and test["max_score"] is None):
            return None
        scores[module["id"]] = test["max_score"] if test else None
    return scores if "modules" in fields else None
