"""The committed JSON Schemas say what the models say, and keep what was promised of privacy."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ijaza_contracts.enrollment import PersonRecorded
from ijaza_contracts.envelope import CloudEvent
from ijaza_contracts.examples import EXAMPLES
from ijaza_contracts.registry import EVENTS, of_topic
from ijaza_contracts.schemas import HOME, artefacts, check, main, schema_path, write
from ijaza_contracts.topics import GRADUATIONS, TOPICS
from ijaza_contracts.wire import event_schema
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

BY_NAME = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)

OF_A_PERSON = re.compile(
    r"(^|_)(name|names|email|mail|phone|address|birth|gender|nationality|attributes|ref)(_|$)"
)


def fields(schema: Mapping[str, Any], root: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """The places of all fields of a schema, such as `definition.modules[].id`."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    for form in schema.get("anyOf", ()):
        yield from fields(form, root, place)
    if "items" in schema:
        yield from fields(schema["items"], root, f"{place}[]")
    for name, nested in schema.get("properties", {}).items():
        field = f"{place}.{name}" if place else name
        yield field
        yield from fields(nested, root, field)


def personal_fields(event: type[CloudEvent]) -> set[str]:
    schema = event_schema(event)
    return {
        place
        for place in fields(schema, schema)
        if OF_A_PERSON.search(place.rsplit(".", 1)[-1].removesuffix("[]"))
    }


def test_the_committed_files_are_current() -> None:
    """Nothing is outdated, broken or missing; `--write` renews what may be renewed."""
    assert check() == []


def test_no_other_schema_is_committed() -> None:
    """One file for each event, and each of them generated."""
    files = {f"schemas/{path.name}" for path in (HOME / "schemas").iterdir()}

    assert files == {schema_path(event.TYPE) for event in EVENTS}


@BY_NAME
def test_a_schema_is_valid_and_accepts_the_example(event: type[CloudEvent]) -> None:
    """JSON Schema 2020-12, and what the event writes fits it."""
    schema = event_schema(event)

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(EXAMPLES[event.TYPE].body()))


@BY_NAME
def test_a_schema_refuses_missing_and_mistyped_fields(event: type[CloudEvent]) -> None:
    """Without a required field, or with one of another type, nothing is accepted."""
    schema = event_schema(event)
    body = json.loads(EXAMPLES[event.TYPE].body())

    for name in schema["required"]:
        for broken in ({key: body[key] for key in body if key != name}, body | {name: True}):
            with pytest.raises(ValidationError):
                Draft202012Validator(schema).validate(broken)


@BY_NAME
def test_an_event_says_what_it_means(event: type[CloudEvent]) -> None:
    """Each has a docstring of its own, which is its description everywhere."""
    assert "__doc__" in vars(event)
    assert len((event.__doc__ or "").split()) >= 4
    assert event_schema(event)["description"]


@BY_NAME
def test_a_type_names_service_event_and_version(event: type[CloudEvent]) -> None:
    """`<service>.<Event>.v<N>`, where the public topic stands for its service."""
    owner = "graduations" if event.TOPIC is GRADUATIONS else event.TOPIC.owner

    assert event.TYPE.split(".") == [owner, event.__name__, "v1"]


def test_every_topic_has_events_and_every_example_is_of_its_type() -> None:
    """No topic is empty, no type is without example, none is told of twice."""
    assert all(of_topic(topic) for topic in TOPICS)
    assert {kind: type(event) for kind, event in EXAMPLES.items()} == {
        event.TYPE: event for event in EVENTS
    }


class TestPersonalData:
    """Who somebody is stands on one topic that others read, and in journals, which nobody does."""

    def test_the_scan_sees_what_it_looks_for(self) -> None:
        """The scan below is worth something: it finds each field of a person."""
        assert personal_fields(PersonRecorded) == {"name_en", "name_ar", "email", "attributes"}

    def test_no_other_shared_event_holds_any(self) -> None:
        """But for the edition's definition, which names institutions and who teaches."""
        found = {
            (event.TYPE, place)
            for event in EVENTS
            if event is not PersonRecorded and not event.TOPIC.private
            for place in personal_fields(event)
        }

        assert found == {
            ("enrollment.EditionPublished.v1", f"definition.{place}")
            for place in (
                "issuer.name",
                "issuer.email",
                "organisers[].name",
                "funders[].name",
                "instructors[].name",
                "place.name",
            )
        }

    def test_the_schemas_say_so(self) -> None:
        """`x-personal-data` is true where a person is told of, and nowhere else."""
        flagged = {
            event.TYPE
            for event in EVENTS
            if json.loads((HOME / schema_path(event.TYPE)).read_text())["x-personal-data"]
        }

        assert flagged == {
            "enrollment.PersonRecorded.v1",
            "enrollment.DocumentJournaled.v1",
            "credential.CertificatesStated.v1",
            # Of nobody, but on a journal.
            "credential.TemplatePacked.v1",
            "credential.TemplatesChanged.v1",
        }

    def test_a_public_graduation_leads_to_nobody(self) -> None:
        """Only its own ids, its kind, status and dates: no participant, serial or credential."""
        seen = {
            place
            for event in of_topic(GRADUATIONS)
            for place in fields(event_schema(event), event_schema(event))
        }

        assert seen == {"edition", "at", "graduation", "date", "kind", "status", "successor"}

    def test_a_public_graduation_is_keyed_by_its_edition(self) -> None:
        """The key of a record and its headers say no more than the body does."""
        for event in of_topic(GRADUATIONS):
            example = EXAMPLES[event.TYPE]

            assert example.key == example.headers()["ce_partitionkey"] == example.scope

    def test_a_public_record_bears_no_trace(self) -> None:
        """The trace of a graduation is that of its certificate, which it must not lead to."""
        for event in EVENTS:
            traced = "traceparent" in EXAMPLES[event.TYPE].headers("00-4bf92f35-00f067aa-01")

            assert traced is not event.TOPIC.public


class TestTheCommand:
    """`python -m ijaza_contracts.schemas`, on a copy of the folder."""

    @pytest.mark.slow
    def test_what_is_written_is_current(self, tmp_path: Path) -> None:
        """A fresh folder is filled by `--write`, and `--check` finds nothing wrong then."""
        assert main(["--check", "--home", str(tmp_path)]) == 1
        assert main(["--write", "--home", str(tmp_path)]) == 0
        assert main(["--check", "--home", str(tmp_path)]) == 0
        assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.json")} >= set(
            artefacts()
        )

    @pytest.mark.slow
    def test_an_outdated_file_is_named(self, tmp_path: Path) -> None:
        """The fault says which file, and the command that renews it."""
        write(tmp_path)
        (tmp_path / "asyncapi.json").write_text("{}")

        (fault,) = check(tmp_path)
        assert fault.startswith("asyncapi.json is not what the models say now: run `")

    def test_a_breaking_change_is_never_written(self, tmp_path: Path) -> None:
        """Where the committed schema promised more than the model keeps, the files stay."""
        write(tmp_path)
        path = tmp_path / schema_path("enrollment.EditionClosed.v1")
        promised = json.loads(path.read_text())
        promised["properties"]["minutes"] = {"type": "integer"}
        path.write_text(json.dumps(promised))

        (fault,) = write(tmp_path)

        assert fault.startswith("enrollment.EditionClosed.v1: minutes: the field is removed")
        assert json.loads(path.read_text()) == promised

    @pytest.mark.slow
    def test_a_published_type_cannot_go(self, tmp_path: Path) -> None:
        """Its records are kept for ever, so something must be able to read them."""
        write(tmp_path)
        (tmp_path / "schemas/enrollment.Gone.v1.json").write_text("{}")

        (fault,) = check(tmp_path)
        assert fault.startswith("enrollment.Gone.v1: the event is gone")

    @pytest.mark.slow
    def test_a_golden_is_not_written_over(self, tmp_path: Path) -> None:
        """The first record of a version stays what it was."""
        write(tmp_path)
        path = tmp_path / "golden/enrollment.EditionClosed.v1.json"
        path.write_text("as it was")

        assert write(tmp_path) == []
        assert path.read_text() == "as it was"
