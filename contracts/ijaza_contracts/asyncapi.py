"""The AsyncAPI 3.0 document: every topic, who publishes on it, and what its records say."""

from typing import Any

from pydantic.json_schema import models_json_schema

from ijaza_contracts.envelope import CloudEvent
from ijaza_contracts.examples import EXAMPLES
from ijaza_contracts.registry import EVENTS, of_topic
from ijaza_contracts.topics import SERVICES, TOPICS, Keyed, Topic, dead_letters
from ijaza_contracts.wire import WireSchema

Json = dict[str, Any]

_BINDING = "0.5.0"
_DAY = 24 * 60 * 60 * 1000
_DEAD_LETTER = "DeadLetter"
_ENVELOPE = "CloudEventHeaders"
_KEYS = {
    Keyed.EDITION: "The edition's id.",
    Keyed.PARTICIPANT: "The participant's id, opaque.",
    Keyed.DOOR: "The id of a device, or of a key of passes.",
    Keyed.ISSUER: "The id of one of the issuer's keys.",
    Keyed.LETTER: "The dead letter's id.",
}


def document() -> Json:
    """The document, with every schema in it."""
    letters = tuple(dead_letters(service) for service in SERVICES)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ijaza events",
            "version": "1",
            "description": (
                "What Ijaza's services tell each other and their partners on Apache Kafka, as "
                "CloudEvents 1.0 in binary mode: attributes in `ce_*` headers, data as JSON in "
                "the value. Delivery is at least once; `ce_id` is derived from what an event "
                "says of whom, so that a second sending is recognised. Readers ignore fields "
                "that they do not know."
            ),
        },
        "defaultContentType": "application/json",
        "channels": {
            **{topic.name: _channel(topic, _names(topic)) for topic in TOPICS},
            **{topic.name: _dead_letter_channel(topic) for topic in letters},
        },
        "operations": {
            **{_operation_id(topic): _operation(topic, _names(topic)) for topic in TOPICS},
            **{_operation_id(topic): _operation(topic, [_DEAD_LETTER]) for topic in letters},
        },
        "components": {
            "messages": {
                **{event.TYPE: _message(event) for event in EVENTS},
                _DEAD_LETTER: _dead_letter(),
            },
            "schemas": {_ENVELOPE: _envelope(), **_payloads()},
        },
    }


def _names(topic: Topic) -> list[str]:
    return [event.TYPE for event in of_topic(topic)]


def _channel(topic: Topic, messages: list[str]) -> Json:
    return {
        "address": topic.name,
        "description": _promises(topic),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                **({} if topic.keyed is Keyed.PARTICIPANT else {"partitions": 1}),
                "topicConfiguration": _configuration(topic),
                "bindingVersion": _BINDING,
            }
        },
        "x-personal-data": topic.personal,
    }


def _dead_letter_channel(topic: Topic) -> Json:
    return _channel(topic, [_DEAD_LETTER]) | {
        "description": (
            f"What {topic.owner} could not handle, keyed and partitioned as the original was. "
            "It can hold whatever the original topic holds: guard it as the strictest of them."
        ),
        "x-personal-data": True,
    }


def _configuration(topic: Topic) -> Json:
    if topic.compacted:
        return {"cleanup.policy": ["compact"]}
    kept = -1 if topic.kept_days is None else topic.kept_days * _DAY
    return {"cleanup.policy": ["delete"], "retention.ms": kept}


def _promises(topic: Topic) -> str:
    said = [f"Published by {topic.owner} alone, keyed by {topic.keyed.value}."]
    if topic.keyed is Keyed.PARTICIPANT:
        said.append("Partitioned by murmur2; all such topics have one partition count, for life.")
    else:
        said.append("It has one partition.")
    if topic.public:
        said.append("Partners may read it: nothing on it leads to a person or a certificate.")
    if topic.private:
        said.append("Nobody but its publisher reads it.")
    if topic.broadcast:
        said.append("Every process that needs it reads it in full, without a group.")
    if topic.compacted:
        said.append("The newest record of a key is kept; a tombstone erases the key.")
    else:
        said.append("Its records are kept for ever.")
    if topic.personal:
        said.append("It holds personal data: give it an ACL of its own.")
    return " ".join(said)


def _operation_id(topic: Topic) -> str:
    return f"{topic.owner}-publishes-{topic.name}"


def _operation(topic: Topic, messages: list[str]) -> Json:
    channel = f"#/channels/{topic.name}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "summary": f"{topic.owner} publishes on {topic.name}",
        "tags": [{"name": topic.owner}],
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in messages],
    }


def _message(event: type[CloudEvent]) -> Json:
    example = EXAMPLES[event.TYPE]
    summary, _, rest = _description(event).partition("\n\n")
    return {
        "name": event.TYPE,
        "title": event.__name__,
        "summary": " ".join(summary.split()),
        **({"description": " ".join(rest.split())} if rest else {}),
        "headers": {
            "allOf": [
                {"$ref": f"#/components/schemas/{_ENVELOPE}"},
                {
                    "type": "object",
                    "properties": {
                        "ce_type": {"const": event.TYPE},
                        "ce_source": {"const": example.headers()["ce_source"]},
                    },
                },
            ]
        },
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {"kafka": {"key": _key(event.TOPIC), "bindingVersion": _BINDING}},
        "examples": [
            {
                "name": event.__name__,
                "headers": example.headers(),
                "payload": example.model_dump(mode="json"),
            }
        ],
        "x-personal-data": event.TOPIC.personal,
    }


def _description(event: type[CloudEvent]) -> str:
    schema = event.model_json_schema(schema_generator=WireSchema)
    return str(schema["description"])


def _key(topic: Topic) -> Json:
    return {"type": "string", "description": _KEYS[topic.keyed]}


def _dead_letter() -> Json:
    return {
        "name": _DEAD_LETTER,
        "title": _DEAD_LETTER,
        "summary": "A record that could not be handled: its bytes and headers, and why.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "description": (
                "The headers of the original and those named here. One of the original that "
                "begins with `ijaza-` has `ijaza-original-` before its name."
            ),
            "properties": {
                "ijaza-topic": {"type": "string", "description": "The topic it stood on."},
                "ijaza-partition": {"type": "string", "pattern": "^[0-9]+$"},
                "ijaza-offset": {"type": "string", "pattern": "^[0-9]+$"},
                "ijaza-error": {
                    "type": "string",
                    "description": "What was wrong, without a value of the record.",
                },
                "ijaza-group": {
                    "type": "string",
                    "description": "The consumer group that could not handle it.",
                },
                "ijaza-time": {
                    "type": "string",
                    "format": "date-time",
                    "description": "When it was laid aside.",
                },
            },
            "required": ["ijaza-topic", "ijaza-partition", "ijaza-offset", "ijaza-error"],
        },
        "payload": {"description": "The bytes of the original."},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The original's key."},
                "bindingVersion": _BINDING,
            }
        },
        "x-personal-data": True,
    }


def _envelope() -> Json:
    return {
        "type": "object",
        "description": "CloudEvents 1.0 attributes as Kafka headers, in UTF-8.",
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": {
                "type": "string",
                "pattern": "^[0-9a-f]{32}$",
                "description": "Derived from type, edition, key and slot: equal for a repeat.",
            },
            "ce_type": {"type": "string"},
            "ce_source": {"type": "string"},
            "ce_time": {
                "type": "string",
                "format": "date-time",
                "description": "When the fact became so, never when it was sent.",
            },
            "ce_partitionkey": {"type": "string", "description": "The record's key."},
            "content-type": {"const": "application/json"},
            "traceparent": {
                "type": "string",
                "description": "W3C Trace Context, if the sender traces; on no public topic.",
            },
        },
        "required": [
            "ce_specversion",
            "ce_id",
            "ce_type",
            "ce_source",
            "ce_time",
            "ce_partitionkey",
            "content-type",
        ],
    }


def _payloads() -> Json:
    _, schemas = models_json_schema(
        [(event, "validation") for event in EVENTS],
        ref_template="#/components/schemas/{model}",
        schema_generator=WireSchema,
    )
    definitions: Json = schemas["$defs"]
    return definitions
