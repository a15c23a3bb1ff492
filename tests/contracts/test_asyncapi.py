"""The AsyncAPI document is one, is complete, and its examples are what it says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ijaza_contracts.examples import EXAMPLES
from ijaza_contracts.registry import EVENTS, of_topic
from ijaza_contracts.schemas import HOME
from ijaza_contracts.topics import SERVICES, TOPICS, Keyed, dead_letters
from ijaza_runtime.bus import Delivered
from ijaza_runtime.deadletters import dead_letter
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DOCUMENT: dict[str, Any] = json.loads((HOME / "asyncapi.json").read_text(encoding="utf-8"))
SPECIFICATION = json.loads(
    (Path(__file__).parent / "asyncapi/asyncapi-3.0.0.schema.json").read_text(encoding="utf-8")
)
LETTERS = [dead_letters(service) for service in SERVICES]
KINDS = [event.TYPE for event in EVENTS]

_WHOLE: Resource[Any] = Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
REGISTRY: Registry[Any] = Registry().with_resource("urn:document", _WHOLE)


def validator(place: str) -> Draft202012Validator:
    """A validator of the schema at a place of the document."""
    return Draft202012Validator({"$ref": f"urn:document#/{place}"}, registry=REGISTRY)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, nested in value.items():
            if key == "$ref":
                yield nested
            else:
                yield from references(nested)
    elif isinstance(value, list):
        for nested in value:
            yield from references(nested)


def at(reference: str) -> Any:
    value: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        value = value[step]
    return value


def test_it_is_an_asyncapi_document() -> None:
    """AsyncAPI's own JSON Schema of version 3.0.0 finds no fault with it."""
    faults = [
        f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}"
        for fault in Draft7Validator(SPECIFICATION).iter_errors(DOCUMENT)
    ]

    assert faults == []


def test_the_specification_would_find_a_fault() -> None:
    """The vendored schema is not too small to notice a channel that is none."""
    broken = DOCUMENT | {"channels": {"somewhere": {"adress": "mistyped"}}}

    assert list(Draft7Validator(SPECIFICATION).iter_errors(broken))


def test_every_reference_leads_somewhere() -> None:
    """The document stands alone: nothing refers out of it or to nothing."""
    for reference in set(references(DOCUMENT)):
        assert at(reference)


def test_every_topic_is_a_channel_with_its_events() -> None:
    """Each channel lists the events of its topic, and dead letters have channels of their own."""
    listed = {name: list(channel["messages"]) for name, channel in DOCUMENT["channels"].items()}

    assert listed == {
        **{topic.name: [event.TYPE for event in of_topic(topic)] for topic in TOPICS},
        **{letters.name: ["DeadLetter"] for letters in LETTERS},
    }


def test_every_channel_has_one_publisher() -> None:
    """An operation for each topic, by its owner, with every message of the channel."""
    published = {
        operation["channel"]["$ref"].removeprefix("#/channels/"): operation["tags"][0]["name"]
        for operation in DOCUMENT["operations"].values()
        if operation["action"] == "send"
    }

    assert published == {topic.name: topic.owner for topic in (*TOPICS, *LETTERS)}
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert [message["$ref"] for message in operation["messages"]] == [
            f"{channel}/messages/{name}" for name in at(channel)["messages"]
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_fits_headers_and_payload(kind: str) -> None:
    """What the document shows is valid by the schemas that it gives."""
    (example,) = at(f"#/components/messages/{kind}")["examples"]

    validator(f"components/messages/{kind}/headers").validate(example["headers"])
    validator(f"components/messages/{kind}/payload").validate(example["payload"])
    assert example["payload"] == json.loads(EXAMPLES[kind].body())


@pytest.mark.parametrize("kind", KINDS)
def test_headers_of_another_event_do_not_fit(kind: str) -> None:
    """Type and source are fixed for each message."""
    other = next(event.headers() for event in EXAMPLES.values() if kind != event.TYPE)

    assert not validator(f"components/messages/{kind}/headers").is_valid(other)


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_says_what_its_event_means(kind: str) -> None:
    """The docstring is there, and what keys the record."""
    message = at(f"#/components/messages/{kind}")

    assert message["summary"].endswith(".")
    assert message["bindings"]["kafka"]["key"]["type"] == "string"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_channel_says_how_its_topic_is_made(topic: Any) -> None:
    """Partitions where they are fixed by design, compaction, and that nothing is forgotten."""
    channel = DOCUMENT["channels"][topic.name]
    kafka = channel["bindings"]["kafka"]

    assert kafka.get("partitions") == (None if topic.keyed is Keyed.PARTICIPANT else 1)
    assert kafka["topicConfiguration"] == (
        {"cleanup.policy": ["compact"]}
        if topic.compacted
        else {"cleanup.policy": ["delete"], "retention.ms": -1}
    )
    assert channel["x-personal-data"] is topic.personal


def test_personal_data_is_flagged_where_it_can_be() -> None:
    """People, journals, and dead letters, which hold whatever could not be handled."""
    flagged = {name for name, each in DOCUMENT["channels"].items() if each["x-personal-data"]}
    messages = DOCUMENT["components"]["messages"]

    assert flagged == {
        "enrollment.people",
        "enrollment.journal",
        "credential.journal",
        *(letters.name for letters in LETTERS),
    }
    assert {name for name, message in messages.items() if message["x-personal-data"]} == {
        "enrollment.PersonRecorded.v1",
        "enrollment.DocumentJournaled.v1",
        "credential.CertificatesStated.v1",
        "credential.TemplatePacked.v1",
        "credential.TemplatesChanged.v1",
        "DeadLetter",
    }


def test_a_dead_letter_has_the_headers_described() -> None:
    """What the runtime writes fits, and without its own headers it would not."""
    original = next(iter(EXAMPLES.values()))
    record = Delivered(7, original.key, original.body(), original.headers())

    letter = dead_letter("credential.dead-letters", "attendance.events", 3, record, ValueError())

    described = validator("components/messages/DeadLetter/headers")
    described.validate(dict(letter.headers))
    assert not described.is_valid(original.headers())
