"""JSON Schemas of events as they stand in a record."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ijaza_contracts.envelope import CloudEvent

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class WireSchema(GenerateJsonSchema):
    """Schemas of what stands in a record, which is stricter than what pydantic reads."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A title that repeats its field's name says nothing."""
        return False

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Numbers are exact: decimals are written as strings."""
        return {"type": "string", "pattern": r"^-?\d+(\.\d+)?([Ee][+-]?\d+)?$"}

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        """A pair of equal items in words that AsyncAPI's older dialect has too."""
        made = super().tuple_schema(schema)
        items = made.get("prefixItems", [])
        if items and all(item == items[0] for item in items):
            del made["prefixItems"]
            made["items"] = items[0]
        return made


def event_schema(event: type[CloudEvent]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an event's data."""
    schema = event.model_json_schema(schema_generator=WireSchema)
    return {
        "$schema": DIALECT,
        "$id": f"urn:ijaza:event:{event.TYPE}",
        "title": schema.pop("title"),
        "description": schema.pop("description"),
        "x-personal-data": event.TOPIC.personal,
        "type": schema.pop("type"),
        **schema,
    }
