"""Records of released versions, as they stood on Kafka, are read and written as they were."""

import json
from pathlib import Path
from typing import Any

import pytest
from ijaza_contracts.envelope import decode
from ijaza_contracts.registry import BY_TYPE, EVENTS
from ijaza_contracts.schemas import HOME, golden_path

KINDS = [event.TYPE for event in EVENTS]


def golden(kind: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((HOME / golden_path(kind)).read_text(encoding="utf-8"))
    return record


def as_bytes(body: object) -> bytes:
    """JSON in its shortest spelling, as the value of a record has it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def restricted(written: Any, said: Any) -> Any:
    """What was written now, without the optional fields that came after the golden."""
    if isinstance(said, dict):
        return {key: restricted(value, said[key]) for key, value in written.items() if key in said}
    if isinstance(said, list):
        return [restricted(value, each) for value, each in zip(written, said, strict=True)]
    return written


def test_every_event_has_a_golden_and_no_other_file_is_there() -> None:
    """One file for each released type, named by it."""
    files = {path.name for path in Path(HOME / "golden").iterdir()}

    assert files == {f"{kind}.json" for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_golden_is_read_as_its_event(kind: str) -> None:
    """Headers and body of a released record decode to the model of its type."""
    record = golden(kind)

    event = decode(record["headers"], as_bytes(record["body"]), BY_TYPE)

    assert type(event) is BY_TYPE[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_golden_is_written_again_byte_for_byte(kind: str) -> None:
    """Key, headers (and so the id) and the bytes of the body come out as they went in."""
    record = golden(kind)
    event = BY_TYPE[kind].from_body(as_bytes(record["body"]))

    assert event.key == record["key"]
    assert event.headers() == record["headers"]
    assert as_bytes(restricted(json.loads(event.body()), record["body"])) == as_bytes(
        record["body"]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_has_the_shortest_spelling(kind: str) -> None:
    """What the comparison above takes for granted: bodies are JSON without blanks or escapes."""
    event = BY_TYPE[kind].from_body(as_bytes(golden(kind)["body"]))

    assert event.body() == as_bytes(json.loads(event.body()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_golden_from_a_newer_writer_is_read(kind: str) -> None:
    """Fields that this version does not know are ignored, at any depth."""
    body = golden(kind)["body"]
    newer = with_more(body)

    assert BY_TYPE[kind].from_body(as_bytes(newer)) == BY_TYPE[kind].from_body(as_bytes(body))


FREE = {"title", "subtitle", "name", "city", "term", "definition", "place"} | {
    "attributes",
    "require",
}
"""Fields of which the keys are data (languages, columns), in some models at least."""


def with_more(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        grown = {key: with_more(each, key) for key, each in value.items()}
        data = name in FREE and "id" not in value and "name" not in value
        return grown if data else {**grown, "added_later": {"x": 1}}
    if isinstance(value, list):
        return [with_more(each, name) for each in value]
    return value
