"""A second reading of a contract, three times as fast, for the facts that come by the million.

A `msgspec` struct is derived from the pydantic model, with the same fields and narrower: whatever
it takes, the contract takes too, with equal values. What it does not take is left to the contract,
whose word is final and whose reasons are given. A property test holds the two to that.
"""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, get_origin

import msgspec
from ijaza_contracts.envelope import Event, Version
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

Read = Callable[[bytes], Any]
"""Body -> a struct with the fields of its event; None where the contract has to be asked."""

_BEYOND_MICROSECONDS = re.compile(rb"\.[0-9]{7}").search
_NUMBER = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?\Z")]
"""A decimal in plain digits: of other ways to write one the two have notions of their own."""
_TRUSTED = frozenset({"edition"})
"""Fields whose pattern is not looked at again: they are compared with one that was."""
_MOMENT = Annotated[datetime, msgspec.Meta(tz=True)]
_KNOWN: tuple[Any, ...] = (str, int, Version)
_OTHERWISE: dict[Any, Any] = {
    AwareDatetime: _MOMENT,
    AwareDatetime | None: _MOMENT | None,
    Decimal: _NUMBER,
    Decimal | None: _NUMBER | None,
}
_BOUNDS = {"Ge": "ge", "MinLen": "min_length", "MaxLen": "max_length"}
"""What pydantic keeps of a bound (annotated-types' classes), and its name with msgspec."""


def swift_reader(model: type[Event]) -> Read:
    """A reader of a type of event.

    Of what it reads, `edition` is any text: compare it before trusting it. Decimals are text.

    Raises `TypeError` for a field of which msgspec and pydantic have different notions.
    """
    fields: list[Any] = []
    for name, field in model.model_fields.items():
        narrow = _narrow(name, field)
        fields.append((name, narrow) if field.is_required() else (name, narrow, field.default))
    # An unknown field is passed over unread, and so might hold what is no JSON. Nothing that a
    # field can hold leads back to its struct, so the garbage collector need not look at it.
    struct = msgspec.defstruct(
        model.__name__, fields, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False
    )
    decode = msgspec.json.Decoder(struct).decode

    def read(body: bytes) -> Any:
        # Of a second's digits beyond the sixth msgspec rounds and pydantic cuts; and a backslash
        # can write any character so that it is not seen here.
        if b"\\" in body or (b"." in body and _BEYOND_MICROSECONDS(body)):
            return None
        try:
            return decode(body)
        except ValueError:
            return None

    return read


def _narrow(name: str, field: FieldInfo) -> Any:
    """The field's type for msgspec."""
    kind = field.annotation
    if not field.metadata and kind in _OTHERWISE:
        return _OTHERWISE[kind]
    known = kind in _KNOWN or get_origin(kind) is Literal
    bounds: dict[str, Any] = {}
    for each in field.metadata:
        bound = _BOUNDS.get(type(each).__name__)
        if bound is not None:
            bounds[bound] = getattr(each, bound)
        else:
            known &= name in _TRUSTED
    if not known:
        raise TypeError(f"{name}: {kind} {field.metadata} has no swift reading")
    return Annotated[kind, msgspec.Meta(**bounds)] if bounds else kind
