"""Records between Kafka's bytes and the port's text.

What is not UTF-8 in a foreign record's key or headers becomes surrogates (PEP 383) and goes back
to its bytes when it is published again, as to the dead letters: nothing is lost or refused.
"""

from collections.abc import ItemsView, Iterator, Mapping, Sequence
from typing import Any, overload

from ijaza_runtime.bus import Delivered, Record

_new = tuple.__new__
"""Makes a named tuple without the function that its class has for it: for each of a million."""


class Headers(Mapping[str, str]):
    """The headers of a record that was read; each is decoded when it is asked for.

    Of several with one name the first counts. They are few and asked for little, so they are
    looked through: a dict for each record would cost more than all its readers save.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: Sequence[tuple[str, bytes | None]]) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return str(found)

    def get(self, name: str, default: Any = None) -> Any:
        """As `Mapping.get`, in half its time."""
        for key, value in self._raw:
            if key == name:
                try:
                    return value.decode() if value else ""
                except UnicodeDecodeError:
                    return _text(value)
        return default

    def items(self) -> ItemsView[str, str]:
        """As `Mapping.items`, which would look through all of them for each: a foreign record can
        have a hundred thousand.
        """
        found: dict[str, str] = {}
        for key, value in self._raw:
            found.setdefault(key, _text(value))
        return found.items()

    def __contains__(self, name: object) -> bool:
        for key, _ in self._raw:  # noqa: SIM110 - `any` makes a generator for each of a million
            if key == name:
                return True
        return False

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._raw))

    def __len__(self) -> int:
        return len(dict(self._raw))

    def __repr__(self) -> str:
        return repr(dict(self))


class Opened(Sequence[Delivered]):
    """Records as the port gives them, each made of what aiokafka parsed when it is looked at.

    Whoever looks at them once and lets them go has never more than one of them in memory.
    """

    __slots__ = ("_parsed",)

    def __init__(self, parsed: Sequence[Any]) -> None:
        self._parsed = parsed

    def __iter__(self) -> Iterator[Delivered]:
        for each in self._parsed:
            try:
                key = each.key.decode()
            except (AttributeError, UnicodeDecodeError):  # a foreign one
                key = _text(each.key)
            yield _new(Delivered, (each.offset, key, each.value, Headers(each.headers)))

    def __len__(self) -> int:
        return len(self._parsed)

    @overload
    def __getitem__(self, at: int) -> Delivered: ...

    @overload
    def __getitem__(self, at: slice) -> "Opened": ...

    def __getitem__(self, at: int | slice) -> "Delivered | Opened":
        if isinstance(at, slice):
            return Opened(self._parsed[at])
        return next(iter(Opened([self._parsed[at]])))


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", "surrogateescape") if value else ""


def key_bytes(record: Record) -> bytes:
    """The key as it is sent."""
    return record.key.encode("utf-8", "surrogateescape")


def header_bytes(record: Record) -> list[tuple[str, bytes]]:
    """The headers as they are sent."""
    return [(name, _bytes(value)) for name, value in record.headers.items()]


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a surrogate pair, as JSON can hold it, stands for no byte
        return text.encode("utf-8", "replace")
