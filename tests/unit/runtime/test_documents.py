"""States as bodies of documents, and a domain's errors as refusals."""

import json
from dataclasses import dataclass

import msgspec
import pytest
from ijaza_runtime.documents import Codec, NewerSchemaError
from ijaza_runtime.errors import Conflicting, Invalid, Kind, NotKnown, Refusal, refusal


@dataclass(frozen=True, slots=True)
class Toy:
    """A state with slots, whose order of arrival may differ."""

    slots: dict[str, int]


def codec(schema: int = 1) -> Codec[Toy]:
    """A codec of toys that writes this schema."""
    return Codec(
        "toys",
        schema,
        msgspec.json.Decoder(Toy),
        msgspec.json.Encoder(order="deterministic"),
        {before: lambda state: state for before in range(1, schema)},
    )


def test_a_state_comes_back_as_it_was() -> None:
    """Nothing is lost on the way."""
    toy = Toy({"b": 2, "a": 1})

    assert codec().decode(codec().encode(toy)) == toy


def test_a_body_says_its_schema_and_equal_states_are_equal_bytes() -> None:
    """So an operator can tell what wrote it, and a rebuilt store can be compared."""
    one, other = codec(3).encode(Toy({"a": 1, "b": 2})), codec(3).encode(Toy({"b": 2, "a": 1}))

    assert json.loads(one)["schema"] == 3
    assert one == other


def test_a_body_of_a_newer_version_is_refused() -> None:
    """It is not read by halves, and the message names collection and both schemas."""
    body = codec(2).encode(Toy({}))

    with pytest.raises(NewerSchemaError, match="toys document of schema 2: this version reads 1"):
        codec(1).decode(body)


def test_a_body_of_an_older_version_is_made_new() -> None:
    """Step by step, by each upcast that lies between."""
    upcasts = {
        1: lambda state: {"named": state["names"]},
        2: lambda state: {"slots": dict.fromkeys(state["named"], 0)},
    }
    newest = Codec("toys", 3, msgspec.json.Decoder(Toy), msgspec.json.Encoder(), upcasts)

    for body in (
        b'{"schema":1,"state":{"names":["a"]}}',
        b'{"schema":2,"state":{"named":["a"]}}',
        b'{"schema":3,"state":{"slots":{"a":0}}}',
    ):
        assert newest.decode(body) == Toy({"a": 0})


def test_a_schema_without_its_upcasts_is_refused() -> None:
    """When it is made, and not when the first old document is met."""
    with pytest.raises(ValueError, match=r"toys: schema 3 needs an upcast from each of 1 to 2"):
        Codec("toys", 3, msgspec.json.Decoder(Toy), msgspec.json.Encoder(), {2: lambda one: one})


@pytest.mark.parametrize(
    ("kind", "meant"),
    [("not-known", NotKnown), ("invalid", Invalid), ("conflicting", Conflicting)],
)
def test_a_domains_error_is_the_refusal_of_its_kind(kind: Kind, meant: type[Refusal]) -> None:
    """The domain knows no HTTP: it names a kind, and code and detail are handed on."""
    made = refusal(kind, "too-late", "the edition is closed")

    assert type(made) is meant
    assert (made.code, made.detail) == ("too-late", "the edition is closed")
