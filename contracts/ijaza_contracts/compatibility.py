"""Whether a contract still says what it said: a new JSON Schema against the one committed.

Records are kept for ever, so whatever the old schema accepted the new one must accept and read
in the same way. What the new schema accepts beyond that is fine, as long as readers are deployed
before the writers that use it. Anything this module cannot judge counts as breaking.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_ANNOTATIONS = frozenset({"$id", "$schema", "$defs", "title", "description", "examples"})
_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_COMPARED = frozenset(
    {
        *_LOWER_BOUNDS,
        *_UPPER_BOUNDS,
        "additionalProperties",
        "const",
        "default",
        "enum",
        "items",
        "properties",
        "required",
        "type",
    }
)
_UNNAMED = {"items": "items", "additionalProperties": "fields that it does not name"}
_ANYTHING: Schema = {}
_WAS_TYPE = "the type was"


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """What of `old` no longer holds under `new`, each with its place; empty if all does.

    Breaking: a field that is removed or renamed, a new required field or one that becomes
    required, another type, a narrower enum, pattern, format or bound, another default.
    Compatible: a new optional field, anything wider, and changed words.
    """
    return list(_Comparison(old, new).changes("", old, new, frozenset()))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two schemas whose references are looked up in their own roots."""

    old_root: Schema
    new_root: Schema

    def changes(
        self, place: str, old: Schema, new: Schema, inside: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        """The breaking changes at a place; `inside` holds the references it lies in."""
        references = (old.get("$ref", ""), new.get("$ref", ""))
        if all(references):
            if references in inside:
                return
            inside |= {references}
        old, new = _resolved(old, self.old_root), _resolved(new, self.new_root)
        if "anyOf" not in old and "anyOf" not in new:
            yield from self._form(place, old, new, inside)
            return
        for form in _alternatives(old):
            tries = [list(self.changes(place, form, other, inside)) for other in _alternatives(new)]
            if all(tries):
                # The alternative meant is most likely the one that is of the same type.
                yield from min(tries, key=lambda faults: _WAS_TYPE in faults[0])

    def _form(
        self, place: str, old: Schema, new: Schema, inside: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        if _type(old) != _type(new) and not _wider_type(old, new):
            yield f"{_at(place)}: {_WAS_TYPE} {_type(old)} and is {_type(new)}"
            return
        yield from _narrowed_values(place, old, new)
        yield from _narrowed_bounds(place, old, new)
        yield from _unjudged(place, old, new)
        if "default" in old and old["default"] != new.get("default"):
            yield f"{_at(place)}: the default was {old['default']!r}: a record without it changes"
        yield from self._fields(place, old, new, inside)
        for keyword, suffix in (("items", "[]"), ("additionalProperties", "{}")):
            if new.get(keyword) is False and old.get(keyword) is not False:
                yield f"{_at(place)}: {_UNNAMED[keyword]} are no longer accepted"
            elif isinstance(new.get(keyword), Mapping):
                yield from self.changes(place + suffix, _nested(old, keyword), new[keyword], inside)

    def _fields(
        self, place: str, old: Schema, new: Schema, inside: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        before, after = old.get("properties", _ANYTHING), new.get("properties", _ANYTHING)
        for name, schema in before.items():
            field = f"{place}.{name}" if place else name
            if name in after:
                yield from self.changes(field, schema, after[name], inside)
            else:
                yield f"{field}: the field is removed or renamed"
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            field = f"{place}.{name}" if place else name
            kind = "the field is now" if name in before else "the new field is"
            yield f"{field}: {kind} required"


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        target = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def _alternatives(schema: Schema) -> list[Schema]:
    """The forms that a value may take, each with the keywords that all of them share."""
    if "anyOf" not in schema:
        return [schema]
    shared = {key: value for key, value in schema.items() if key != "anyOf"}
    return [{**shared, **form} for form in schema["anyOf"]]


def _nested(schema: Schema, keyword: str) -> Schema:
    """A nested schema; where there is none, everything is accepted, and where False, nothing."""
    nested: Schema | bool = schema.get(keyword, True)
    if isinstance(nested, bool):
        return _ANYTHING if nested else {"anyOf": []}
    return nested


def _type(schema: Schema) -> str:
    return str(schema.get("type", "anything"))


def _wider_type(old: Schema, new: Schema) -> bool:
    return _type(new) == "anything" or (_type(old), _type(new)) == ("integer", "number")


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")


def _narrowed_values(place: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = _values(old), _values(new)
    if after is None:
        return
    if before is None:
        yield f"{_at(place)}: only {after} is accepted now"
        return
    for value in before:
        if value not in after:
            yield f"{_at(place)}: {value!r} is no longer accepted"


def _narrowed_bounds(place: str, old: Schema, new: Schema) -> Iterator[str]:
    for keyword in _LOWER_BOUNDS:
        if keyword in new and not old.get(keyword, float("-inf")) >= new[keyword]:
            yield f"{_at(place)}: {keyword} was {old.get(keyword, 'none')} and is {new[keyword]}"
    for keyword in _UPPER_BOUNDS:
        if keyword in new and not old.get(keyword, float("inf")) <= new[keyword]:
            yield f"{_at(place)}: {keyword} was {old.get(keyword, 'none')} and is {new[keyword]}"


def _unjudged(place: str, old: Schema, new: Schema) -> Iterator[str]:
    """Keywords that are new or say something else, such as a pattern: wider or not, who knows."""
    for keyword, value in new.items():
        if keyword in _COMPARED or keyword in _ANNOTATIONS or keyword.startswith("x-"):
            continue
        if old.get(keyword) != value:
            yield f"{_at(place)}: {keyword} was {old.get(keyword, 'none')} and is {value}"


def _at(place: str) -> str:
    return place or "the event"
