"""JSON from strangers."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_credential.documents.strict_json import MAX_BYTES, StrictJsonError, read_object

REFUSED = {
    "empty": (b"", "not JSON"),
    "torn": (b"{", "not JSON"),
    "not UTF-8": (b"\xff{}", "not UTF-8"),
    "a list": (b"[]", "expected a JSON object, found list"),
    "a member twice": (b'{"a": 1, "a": 2}', "'a' stands twice"),
    "a member twice, inside": (b'{"b": [{"a": 1, "a": 2}]}', "'a' stands twice"),
    "NaN": (b'{"a": NaN}', "NaN is no JSON number"),
    "Infinity": (b'{"a": -Infinity}', "Infinity is no JSON number"),
    "half a surrogate pair": (rb'{"a": "\ud800"}', "surrogate"),
    "half a surrogate pair in a name": (rb'{"\udfff": 1}', "surrogate"),
    "a number of 5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
    "40 levels": (b'{"a":' * 40 + b"1" + b"}" * 40, "deeper than 32"),
    "200,000 levels": (b"[" * 200_000, "deeper than 32"),
    "a giant": (b" " * (MAX_BYTES + 1), "at most 1048576"),
}


@pytest.mark.parametrize(("data", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_one_meaning_is_refused(data: bytes, complaint: str) -> None:
    """The message says what was found."""
    with pytest.raises(StrictJsonError, match=complaint):
        read_object(data)


@given(st.binary(max_size=200))
def test_garbage_never_raises_anything_else(data: bytes) -> None:
    """Either an object or the one error."""
    with contextlib.suppress(StrictJsonError):
        read_object(data)


def test_an_object_is_read() -> None:
    """With all kinds of values."""
    assert read_object('{"a": [1, 2.5, "ش", null, true]}'.encode()) == {
        "a": [1, 2.5, "ش", None, True]
    }
