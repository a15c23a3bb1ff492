"""Reading JSON from strangers: one meaning only, and within bounds."""

import json
from collections import Counter
from typing import Any, NoReturn

MAX_BYTES = 1 << 20
MAX_DEPTH = 32


class StrictJsonError(ValueError):
    """A text is no JSON object that can be read in one way only."""


def read_object(data: bytes, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Return the JSON object in some bytes.

    Raises:
        StrictJsonError: more than `max_bytes`; not UTF-8; no JSON, or no object; a member named
            twice, of which readers would take the one or the other; NaN or Infinity; half of a
            surrogate pair; deeper than 32 levels.
    """
    if len(data) > max_bytes:
        raise StrictJsonError(f"{len(data)} bytes, where at most {max_bytes} are expected")
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"not UTF-8: {error}") from error
    except RecursionError as error:
        raise StrictJsonError(f"nested deeper than {MAX_DEPTH} levels") from error
    except StrictJsonError:
        raise
    except ValueError as error:
        raise StrictJsonError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise StrictJsonError(f"expected a JSON object, found {type(value).__name__}")
    _check(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise StrictJsonError(f"the member {twice[:80]!r} stands twice in one object")
    return members


def _no_constant(name: str) -> NoReturn:
    raise StrictJsonError(f"{name} is no JSON number")


def _check(root: dict[str, Any]) -> None:
    """Bound the depth and refuse texts that no UTF-8 can carry, without recursion."""
    open_values: list[tuple[Any, int]] = [(root, 1)]
    while open_values:
        value, depth = open_values.pop()
        if depth > MAX_DEPTH:
            raise StrictJsonError(f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            open_values.extend((name, depth) for name in value)
            open_values.extend((member, depth + 1) for member in value.values())
        elif isinstance(value, list):
            open_values.extend((item, depth + 1) for item in value)
        elif isinstance(value, str) and not _is_encodable(value):
            raise StrictJsonError("a text holds half of a surrogate pair")


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
