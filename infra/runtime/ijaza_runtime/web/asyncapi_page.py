"""An AsyncAPI document as a page for people. Only what Ijaza's own documents hold is shown."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

Json = Mapping[str, Any]

_HERE = Path(__file__).parent
STYLE = (_HERE / "asyncapi.css").read_text(encoding="utf-8")
_CODE = re.compile(r"`([^`]+)`")

_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "{} characters or more",
    "maxLength": "{} characters at most",
    "minItems": "{} items or more",
    "maxItems": "{} items at most",
    "pattern": "fits `{}`",
}
_NAMES = {"string": "text", "array": "list", "object": "map", "boolean": "true or false"}
_FORMATS = {"date-time": "time", "date": "day"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a type's description; `ref` names the type that it leads to, or is empty."""

    text: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an event or a type, as a row of a table."""

    name: str
    type: tuple[Piece, ...]
    required: bool
    notes: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class Message:
    """An event, or a dead letter."""

    name: str
    title: str
    summary: str
    description: str
    fields: tuple[Field, ...]
    headers: str
    body: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A topic, and its part in what the service does."""

    name: str
    sends: bool
    description: str
    personal: bool
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Type:
    """What several fields are made of."""

    name: str
    description: str
    fields: tuple[Field, ...]


def prose(text: str) -> Markup:
    """Text as HTML: what stands in backticks is code, anything else is as it stands."""
    # Escaped first, so that the two tags are all the markup there is.
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - see above


_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["prose"] = prose


def render(service: str, document: Json) -> str:
    """The page of a service's document."""
    channels = list(_channels(document))
    return _TEMPLATES.get_template("asyncapi.html").render(
        service=service,
        style=STYLE,
        info=document["info"],
        sent=[each for each in channels if each.sends],
        read=[each for each in channels if not each.sends],
        envelope=_fields(document["components"]["schemas"]["CloudEventHeaders"]),
        types=list(_types(document)),
    )


def _channels(document: Json) -> Iterator[Channel]:
    sends = {
        operation["channel"]["$ref"].removeprefix("#/channels/")
        for operation in document["operations"].values()
        if operation["action"] == "send"
    }
    messages = document["components"]["messages"]
    schemas = document["components"]["schemas"]
    for name, channel in document["channels"].items():
        yield Channel(
            name=name,
            sends=name in sends,
            description=channel["description"],
            personal=channel["x-personal-data"],
            messages=tuple(_message(messages[each], schemas) for each in channel["messages"]),
        )


def _message(message: Json, schemas: Json) -> Message:
    reference = message["payload"].get("$ref")
    fields = schemas[_target(reference)] if reference else message["headers"]
    (example,) = message.get("examples", [{}])
    return Message(
        name=message["name"],
        title=message["title"],
        summary=message["summary"],
        description=message.get("description", ""),
        fields=_fields(fields),
        headers="\n".join(f"{name}: {value}" for name, value in example.get("headers", {}).items()),
        body=json.dumps(example["payload"], ensure_ascii=False, indent=2) if example else "",
    )


def _types(document: Json) -> Iterator[Type]:
    """The schemas that are no event's own."""
    events = {
        _target(message["payload"]["$ref"])
        for message in document["components"]["messages"].values()
        if "$ref" in message["payload"]
    }
    for name, schema in sorted(document["components"]["schemas"].items()):
        if name not in {*events, "CloudEventHeaders"}:
            yield Type(name, " ".join(schema.get("description", "").split()), _fields(schema))


def _fields(schema: Json) -> tuple[Field, ...]:
    required = schema.get("required", ())
    return tuple(
        Field(
            name=name,
            type=tuple(_type(each)),
            required=name in required,
            notes=tuple(_notes(each)),
            description=" ".join(each.get("description", "").split()),
        )
        for name, each in schema.get("properties", {}).items()
    )


def _type(schema: Json) -> Iterator[Piece]:
    if "$ref" in schema:
        name = _target(schema["$ref"])
        yield Piece(name, ref=name)
    elif "anyOf" in schema:
        for number, form in enumerate(schema["anyOf"]):
            if number:
                yield Piece(" or ")
            yield from _type(form)
    elif "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        yield Piece(" | ".join(json.dumps(value, ensure_ascii=False) for value in values))
    elif schema.get("type") == "array":
        yield Piece("list of ")
        yield from _type(schema.get("items", {}))
    elif isinstance(schema.get("additionalProperties"), Mapping):
        yield Piece("map of text to ")
        yield from _type(schema["additionalProperties"])
    else:
        kind = str(schema.get("type", "anything"))
        yield Piece(_FORMATS.get(schema.get("format", "")) or _NAMES.get(kind, kind))


def _notes(schema: Json) -> Iterator[str]:
    for keyword, words in _BOUNDS.items():
        if keyword == "minLength" and schema.get(keyword) == 1:
            yield "not empty"
        elif keyword in schema:
            yield words.format(schema[keyword])
    if "default" in schema:
        yield f"{json.dumps(schema['default'], ensure_ascii=False)} if it is missing"
    for form in (*schema.get("anyOf", ()), *filter(None, [schema.get("items")])):
        yield from _notes(form)


def _target(reference: str) -> str:
    return reference.rsplit("/", 1)[-1]
