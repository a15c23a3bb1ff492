"""What breaks a contract, and what does not: the table that the check follows."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from ijaza_contracts.compatibility import breaking_changes
from ijaza_contracts.envelope import Event
from ijaza_contracts.registry import EVENTS
from ijaza_contracts.schemas import HOME, broken_contracts, schema_path
from ijaza_contracts.wire import event_schema

Schema = dict[str, Any]
Change = Callable[[Schema], object]

OLD: Schema = {
    "title": "Example",
    "type": "object",
    "required": ["edition", "score", "version", "session"],
    "properties": {
        "edition": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 40},
        "score": {"type": "integer", "minimum": 0, "maximum": 100},
        "kind": {"enum": ["in", "out"], "type": "string", "default": "in"},
        "status": {"const": "valid", "type": "string", "default": "valid"},
        "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "version": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        "texts": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 9}},
        "session": {"$ref": "#/$defs/Session"},
        "test": {"anyOf": [{"$ref": "#/$defs/Test"}, {"type": "null"}], "default": None},
    },
    "$defs": {
        "Session": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "string", "minLength": 1},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/Session"}},
            },
        },
        "Test": {"type": "object", "properties": {"attempts": {"type": "integer"}}},
    },
}


def put(*path: str, **keywords: Any) -> Change:
    """Set keywords of a field, by its path in the schema."""

    def change(schema: Schema) -> None:
        for step in path:
            schema = schema.setdefault(step, {})
        schema.update(keywords)

    return change


def drop(*path: str) -> Change:
    """Remove what stands at a path of the schema."""

    def change(schema: Schema) -> None:
        for step in path[:-1]:
            schema = schema[step]
        del schema[path[-1]]

    return change


def after(*changes: Change) -> Schema:
    new = copy.deepcopy(OLD)
    for change in changes:
        change(new)
    return new


FIELDS = "properties"
SESSION = ("$defs", "Session")

BREAKING: dict[str, tuple[tuple[Change, ...], str]] = {
    "a field is removed": ((drop(FIELDS, "kind"),), "kind: the field is removed or renamed"),
    "a field is renamed": (
        (drop(FIELDS, "kind"), put(FIELDS, direction={"type": "string"})),
        "kind: the field is removed or renamed",
    ),
    "a new field is required": (
        (put(FIELDS, seq={"type": "integer"}), put(required=[*OLD["required"], "seq"])),
        "seq: the new field is required",
    ),
    "an optional field becomes required": (
        (put(required=[*OLD["required"], "kind"]),),
        "kind: the field is now required",
    ),
    "a type is another": (
        (put(FIELDS, "score", type="string"),),
        "score: the type was integer and is string",
    ),
    "a number becomes whole": (
        (put(FIELDS, "texts", additionalProperties={"type": "integer"}),),
        "texts{}: the type was string and is integer",
    ),
    "a value goes from an enum": (
        (put(FIELDS, "kind", enum=["in"]),),
        "kind: 'out' is no longer accepted",
    ),
    "a constant is another": (
        (put(FIELDS, "status", const="revoked"),),
        "status: 'valid' is no longer accepted",
    ),
    "free text becomes an enum": (
        (put(FIELDS, "edition", enum=["mg"]),),
        "edition: only ['mg'] is accepted now",
    ),
    "a pattern is another": (
        (put(FIELDS, "edition", pattern="^[a-z0-9]+$"),),
        "edition: pattern was ^[a-z]+$ and is ^[a-z0-9]+$",
    ),
    "a format is new": (
        (put(FIELDS, "edition", format="uuid"),),
        "edition: format was none and is uuid",
    ),
    "a text becomes shorter": (
        (put(FIELDS, "edition", maxLength=39),),
        "edition: maxLength was 40 and is 39",
    ),
    "a text must be longer": (
        (put(FIELDS, "edition", minLength=1),),
        "edition: minLength was none and is 1",
    ),
    "a least number rises": (
        (put(FIELDS, "score", minimum=1),),
        "score: minimum was 0 and is 1",
    ),
    "a greatest number falls": (
        (put(FIELDS, "score", maximum=99),),
        "score: maximum was 100 and is 99",
    ),
    "a greatest number is new": (
        (put(FIELDS, "score", exclusiveMaximum=1000),),
        "score: exclusiveMaximum was none and is 1000",
    ),
    "null is no longer accepted": (
        (put(FIELDS, at={"type": "string", "format": "date-time"}),),
        "at: the type was null and is string",
    ),
    "one of several forms is narrower": (
        (put(FIELDS, at={"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}),),
        "at: format was date-time and is date",
    ),
    "a list becomes longer": (
        (put(FIELDS, "version", minItems=3, maxItems=3),),
        "version: minItems was 2 and is 3",
    ),
    "an item is narrower": (
        (put(FIELDS, "version", "items", minimum=1),),
        "version[]: minimum was none and is 1",
    ),
    "a map's values are narrower": (
        (put(FIELDS, "texts", "additionalProperties", maxLength=8),),
        "texts{}: maxLength was 9 and is 8",
    ),
    "a nested field is removed": (
        (drop(*SESSION, FIELDS, "id"), put(*SESSION, required=[])),
        "session.id: the field is removed or renamed",
    ),
    "a nested field is narrower": (
        (put(*SESSION, FIELDS, "id", minLength=2),),
        "session.id: minLength was 1 and is 2",
    ),
    "a field inside of an optional one is narrower": (
        (put("$defs", "Test", FIELDS, "attempts", minimum=1),),
        "test.attempts: minimum was none and is 1",
    ),
    "a default is another": (
        (put(FIELDS, "kind", default="out"),),
        "kind: the default was 'in': a record without it changes",
    ),
    "unknown fields are forbidden": (
        (put(additionalProperties=False),),
        "the event: fields that it does not name are no longer accepted",
    ),
    "a keyword that nobody has thought of": (
        (put(FIELDS, "version", uniqueItems=True),),
        "version: uniqueItems was none and is True",
    ),
}

COMPATIBLE: dict[str, tuple[Change, ...]] = {
    "nothing changes": (),
    "a new optional field": (put(FIELDS, note={"type": "string", "default": ""}),),
    "a new optional field inside": (put(*SESSION, FIELDS, room={"type": "string"}),),
    "a required field becomes optional": (put(required=["edition"]),),
    "a new value in an enum": (put(FIELDS, "kind", enum=["in", "out", "pause"]),),
    "a constant becomes an enum": (
        drop(FIELDS, "status", "const"),
        put(FIELDS, "status", enum=["valid", "revoked"]),
    ),
    "an enum becomes free text": (drop(FIELDS, "kind", "enum"),),
    "a pattern goes": (drop(FIELDS, "edition", "pattern"),),
    "a text may be longer": (put(FIELDS, "edition", maxLength=80),),
    "a bound goes": (drop(FIELDS, "score", "maximum"),),
    "a bound widens": (put(FIELDS, "score", minimum=-1, maximum=101),),
    "whole numbers become any": (put(FIELDS, "score", type="number"),),
    "any type is accepted": (put(FIELDS, score={}),),
    "null is accepted too": (
        put(FIELDS, kind={"anyOf": [OLD[FIELDS]["kind"], {"type": "null"}], "default": "in"}),
    ),
    "a map takes any value": (drop(FIELDS, "texts", "additionalProperties"),),
    "words change": (put(title="Another", description="Words."), put(FIELDS, "score", title="S")),
    "a definition is renamed": (
        put("$defs", Sitting=OLD["$defs"]["Session"]),
        put(FIELDS, session={"$ref": "#/$defs/Sitting"}),
    ),
}


@pytest.mark.parametrize("change", BREAKING)
def test_a_breaking_change_is_named_with_its_place(change: str) -> None:
    """Records that are kept would be refused, or read as something else."""
    changes, message = BREAKING[change]

    assert message in breaking_changes(OLD, after(*changes))


@pytest.mark.parametrize("change", COMPATIBLE)
def test_a_compatible_change_is_let_through(change: str) -> None:
    """Every record that was accepted is accepted still, and means the same."""
    assert breaking_changes(OLD, after(*COMPATIBLE[change])) == []


def test_all_changes_are_told_at_once() -> None:
    """One run names everything that must be put right."""
    new = after(
        drop(FIELDS, "kind"), put(FIELDS, "score", maximum=9), put(FIELDS, "edition", maxLength=1)
    )

    assert len(breaking_changes(OLD, new)) == 3


def test_the_models_keep_what_was_committed() -> None:
    """Each committed schema against the models of today."""
    assert broken_contracts() == []


def objects(schema: Any) -> Iterator[tuple[str | int, ...]]:
    """The paths of all schemas of objects within a schema."""
    nested = schema.items() if isinstance(schema, dict) else enumerate(schema)
    for step, value in nested:
        if step == FIELDS:
            yield ()
        if isinstance(value, dict | list):
            yield from ((step, *path) for path in objects(value))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_every_field_of_every_contract_is_watched(event: type[Event]) -> None:
    """To remove any field that is published, at any depth, is found out."""
    committed = json.loads((HOME / schema_path(event.TYPE)).read_text(encoding="utf-8"))
    for path in objects(committed):
        for name in reduce(getitem, path, committed)[FIELDS]:
            fewer = copy.deepcopy(committed)
            del reduce(getitem, path, fewer)[FIELDS][name]

            found = breaking_changes(committed, fewer)
            assert found
            assert all(each.endswith(f"{name}: the field is removed or renamed") for each in found)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_no_field_of_a_contract_can_become_required(event: type[Event]) -> None:
    """Records from before are without it."""
    committed = event_schema(event)
    stricter = committed | {"required": sorted(committed["properties"])}

    assert breaking_changes(committed, stricter) == [
        f"{name}: the field is now required"
        for name in sorted(set(committed["properties"]) - set(committed["required"]))
    ]
