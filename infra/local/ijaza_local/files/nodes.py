"""edition.yaml as a tree of YAML nodes: every value keeps its line and its path.

Scalars stay text, typed by the field that reads them. What could make reading endless or wrong
is refused: files and trees above a size, keys given twice, tags, and aliases that contain
themselves or blow the tree up.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .faults import Faults
from .scalars import CONTROL, Parser, did_you_mean

MOST_BYTES = 1024 * 1024
MOST_NODES = 100_000

Reader = Callable[["Spot"], Any]
"""Reads a value. What is wrong it notes, and returns None."""

_IS_LABEL = re.compile(r"[\w-]{1,40}").fullmatch
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file that is being read; `lines` remembers where each path stands."""

    file: str
    faults: Faults
    warnings: Faults
    lines: dict[str, int] = field(default_factory=dict)

    def fault(self, path: str, value: str, expected: str) -> None:
        """Note what is wrong at a path that was read."""
        self.faults.add(self.file, self.lines.get(path, 0), path, value, expected)


@dataclass(frozen=True, slots=True)
class Spot:
    """A node, and where it stands."""

    node: yaml.Node
    path: str
    document: Document

    @property
    def shown(self) -> str:
        """What a fault shows of the value."""
        match self.node:
            case yaml.ScalarNode():
                return str(self.node.value)
            case yaml.MappingNode():
                return "{…}" if self.node.value else "{}"
            case _:
                return "[…]" if self.node.value else "[]"

    def fault(self, expected: str) -> None:
        """Note what is wrong with the value."""
        self._note(self.document.faults, expected)

    def warn(self, expected: str) -> None:
        """Note what is odd about the value."""
        self._note(self.document.warnings, expected)

    def _note(self, notes: Faults, expected: str) -> None:
        line = self.node.start_mark.line + 1
        notes.add(self.document.file, line, self.path, self.shown, expected)

    def below(self, node: yaml.Node, step: str) -> "Spot":
        """A node inside this one."""
        path = f"{self.path}{step if step[0] == '[' or not self.path else '.' + step}"
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        return Spot(node, path, self.document)


def load(path: Path, faults: Faults, warnings: Faults) -> Spot | None:
    """The root of a YAML file, or None if it cannot be read as one."""
    document = Document(path.name, faults, warnings)
    text = _text(path, document)
    if text is None:
        return None
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
        if root is None:
            faults.add(path.name, 0, "", "", "the edition's definition; the file is empty")
            return None
        return Spot(root, "", document) if _is_sound(root, document) else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        shown = text.splitlines()[line - 1] if 0 < line <= len(text.splitlines()) else ""
        faults.add(path.name, line, "", shown.strip(), f"valid YAML: {_explained(error)}")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        faults.add(path.name, line, "", f"U+{ord(text[error.position]):04X}", "visible characters")
    except RecursionError:
        faults.add(path.name, 0, "", "", "an edition's definition; values are nested too deep")
    # PyYAML lets these through from escapes and directives with numbers out of range.
    except (ValueError, OverflowError) as error:
        faults.add(path.name, 0, "", "", f"valid YAML: {error}")
    return None


def mapping(spot: Spot) -> Iterator[tuple[str, Spot]]:
    """The entries of a mapping; a key given twice is a fault, and read once."""
    if not isinstance(spot.node, yaml.MappingNode):
        spot.fault("keys with values, as in `key: value`")
        return
    seen: set[str] = set()
    for key, value in spot.node.value:
        if not isinstance(key, yaml.ScalarNode) or not key.value:
            spot.below(key, "[?]").fault("a key: a single word before the colon")
        elif key.value in seen:
            where = spot.below(value, key.value)
            where.document.faults.add(
                where.document.file,
                key.start_mark.line + 1,
                where.path,
                where.shown,
                "each key once; this one stands above already",
            )
        else:
            seen.add(key.value)
            yield key.value, spot.below(value, key.value)


class Fields:
    """A mapping whose keys are known; others are faults that name the nearest known key."""

    def __init__(self, spot: Spot, known: Collection[str]) -> None:
        self.spot = spot
        self.is_mapping = isinstance(spot.node, yaml.MappingNode)
        self._values: dict[str, Spot] = {}
        for key, value in mapping(spot):
            if key in known:
                self._values[key] = value
            else:
                hint = did_you_mean(key, known)
                value.fault(f"no such key: known here are {', '.join(known)}{hint}")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def at(self, key: str) -> Spot:
        """Where a key's value stands, or the mapping itself where the key is missing."""
        return self._values.get(key, self.spot)

    def need(self, key: str, read: Reader) -> Any:
        """The value of a required key, or None and a fault."""
        if key in self._values:
            return read(self._values[key])
        if self.is_mapping:
            document, path = self.spot.document, self.spot.path
            where, line = f"{path}.{key}" if path else key, self.spot.node.start_mark.line + 1
            document.faults.add(document.file, line, where, "", f"the key {key}; it is required")
        return None

    def get(self, key: str, read: Reader, default: Any = None) -> Any:
        """The value of an optional key, or the default if it is left out."""
        return read(self._values[key]) if key in self._values else default


def scalar(parse: Parser, *, may_be_empty: bool = False) -> Reader:
    """A reader of single values."""

    def read(spot: Spot) -> Any:
        if not isinstance(spot.node, yaml.ScalarNode):
            spot.fault("a single value, no list and no keys")
            return None
        if not spot.node.value and not may_be_empty:
            spot.fault("a value; to leave it out, leave out the key too")
            return None
        if CONTROL.search(spot.node.value):
            spot.fault("visible characters; control characters are not allowed")
            return None
        try:
            return parse(spot.node.value)
        except ValueError as error:
            spot.fault(str(error))
            return None

    return read


def listed(read: Reader, *, least: int = 0) -> Reader:
    """A reader of lists, which gives those of its values that are good."""

    def read_all(spot: Spot) -> list[Any]:
        if not isinstance(spot.node, yaml.SequenceNode):
            spot.fault("a list, as in [first, second]")
            return []
        if len(spot.node.value) < least:
            spot.fault(f"a list of at least {least}")
        values = (
            read(spot.below(node, f"[{_label_of(node, place)}]"))
            for place, node in enumerate(spot.node.value, start=1)
        )
        return [value for value in values if value is not None]

    return read_all


def label(identifier: str, place: int) -> str:
    """How a path calls a list's value: by its id if it has a plain one, else by its place."""
    return identifier if _IS_LABEL(identifier) else str(place)


def one_line(read: Reader) -> Reader:
    """A reader of a text that YAML may fold over several lines."""

    def joined(spot: Spot) -> Any:
        value = read(spot)
        return None if value is None else " ".join(value.split())

    return joined


def _text(path: Path, document: Document) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        document.fault("", "", "an edition's definition; there is no such file")
        return None
    except OSError as error:
        document.fault("", "", f"a file that can be read: {error.strerror}")
        return None
    if len(content) > MOST_BYTES:
        document.fault("", "", f"at most {MOST_BYTES} bytes")
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        for number, line in enumerate(content.split(b"\n"), start=1):
            shown = line.decode("utf-8", "backslashreplace").strip()
            if shown != line.decode("utf-8", "replace").strip():
                expected = "text in UTF-8; save the file in this encoding"
                document.faults.add(document.file, number, "", shown, expected)
        return None


def _is_sound(root: yaml.Node, document: Document) -> bool:
    """Whether the tree is finite and small with every alias written out, and has no tags."""
    sizes: dict[int, int] = {}
    sound = True

    def size(node: yaml.Node) -> int:
        """How many nodes there are, aliases written out; 0 stands for a node under way."""
        nonlocal sound
        if id(node) in sizes:
            if not sizes[id(node)]:
                sound = False
                _fault_at(node, document, "values that do not contain themselves by an alias")
            return sizes[id(node)]
        sizes[id(node)] = 0
        if node.tag not in _PLAIN_TAGS:
            sound = False
            _fault_at(node, document, f"a value without a tag; leave out {node.tag}")
        sizes[id(node)] = 1 + sum(size(child) for child in _children(node))
        return sizes[id(node)]

    if size(root) > MOST_NODES:
        document.fault("", "", f"at most {MOST_NODES} values, aliases written out")
        sound = False
    return sound


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    for child in () if isinstance(node, yaml.ScalarNode) else node.value:
        if isinstance(child, tuple):
            yield from child
        else:
            yield child


def _fault_at(node: yaml.Node, document: Document, expected: str) -> None:
    shown = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
    document.faults.add(document.file, node.start_mark.line + 1, "", shown, expected)


def _label_of(node: yaml.Node, place: int) -> str:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "id" and isinstance(value, yaml.ScalarNode):
                return label(value.value, place)
    return str(place)


def _explained(error: yaml.MarkedYAMLError) -> str:
    parts = (part for part in (error.context, error.problem) if part)
    return ", ".join(str(part) for part in parts)
