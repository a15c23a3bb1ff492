"""From a JSON-LD document to the canonical N-Quads that a Data Integrity proof signs.

A general JSON-LD processor leaves out of the signature, silently, what its contexts do not define,
and its canonicalisation (RDFC-1.0) can be made to take minutes by a hostile document of a few
kilobytes. This one is closed instead. It reads the part of JSON-LD that Ijaza's documents use
(pinned contexts, type-scoped terms, texts, addresses, nested objects), refuses everything else
with the place where it stands, and takes time proportional to the document. What it accepts it
turns into what PyLD does, byte for byte, in a fifteenth of the time; the tests hold the two side
by side.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .contexts import load_context

RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
MAX_DEPTH = 16
MAX_QUADS = 20_000

_ABSOLUTE_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\x7f]+')
# Canonicalisers differ on how control characters are escaped, so none may be signed.
_UNSIGNABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_USED_DEFINITION_KEYS = {"@id", "@type", "@container", "@context"}


class UnsignableError(ValueError):
    """A document has a part that a signature would not cover, or not beyond doubt."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a member's name means: its IRI, and how a text under it is read."""

    iri: str
    is_address: bool
    datatype: str | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of a list of contexts: those valid everywhere, and more inside each type."""

    types: Mapping[str, str]
    terms: Mapping[str, Term]
    terms_inside: Mapping[str, Mapping[str, Term]]


@dataclass(frozen=True, slots=True)
class Quad:
    """One statement; a blank node stands as `_:n`, an IRI or a literal as N-Quads write it."""

    subject: str
    predicate: str
    object: str

    def line(self, names: Mapping[str, str]) -> str:
        """Return the statement as a line of N-Quads with its blank nodes renamed."""
        subject = names.get(self.subject, self.subject)
        return f"{subject} {self.predicate} {names.get(self.object, self.object)} .\n"


def canonical_nquads(document: Mapping[str, Any], contexts: tuple[str, ...]) -> str:
    """Return the canonical N-Quads (RDFC-1.0) of a document without its `@context` and `proof`.

    Args:
        document: the JSON object to sign or to verify.
        contexts: the addresses of its contexts, in their order.

    Raises:
        UnsignableError: a member or a type that no context defines; a value that is no text,
            address, truth value or object; an address that is not absolute; control characters;
            two anonymous objects that say the same; more than 20,000 statements or 16 levels.
        UnknownContextError: a context that is not pinned.
    """
    statements = _Statements(vocabulary(contexts))
    statements.add_object({k: v for k, v in document.items() if k not in ("@context", "proof")})
    names = _canonical_names(statements.quads)
    return "".join(sorted({quad.line(names) for quad in statements.quads}))


@cache
def vocabulary(contexts: tuple[str, ...]) -> Vocabulary:
    """Return the merged terms of some pinned contexts.

    Raises:
        UnknownContextError: one of them is not pinned.
    """
    types: dict[str, str] = {}
    terms: dict[str, Term] = {}
    terms_inside: dict[str, Mapping[str, Term]] = {}
    for url in contexts:
        definitions = load_context(url)
        terms.update(_terms(definitions))
        for name, definition in definitions.items():
            iri = definition if isinstance(definition, str) else _iri_of(definition)
            if iri is None or not _ABSOLUTE_IRI.fullmatch(iri):
                continue
            types[name] = iri
            if isinstance(definition, Mapping):
                terms_inside[name] = _terms(definition.get("@context") or {})
    return Vocabulary(types, terms, terms_inside)


def _terms(definitions: Mapping[str, Any]) -> dict[str, Term]:
    """Return the member names that a context defines in a way this module reads."""
    terms = {}
    for name, definition in definitions.items():
        if isinstance(definition, str):
            definition = {"@id": definition}
        iri = _iri_of(definition)
        if iri is None or not _ABSOLUTE_IRI.fullmatch(iri) or "@context" in definition:
            continue
        coercion = definition.get("@type")
        if definition.get("@container", "@set") != "@set" or coercion in ("@json", "@vocab"):
            continue
        is_address = coercion == "@id"
        terms[name] = Term(f"<{iri}>", is_address, None if is_address else coercion)
    return terms


def _iri_of(definition: object) -> str | None:
    if not isinstance(definition, Mapping) or not _USED_DEFINITION_KEYS.issuperset(definition):
        return None
    iri = definition.get("@id")
    return iri if isinstance(iri, str) else None


@dataclass(slots=True)
class _Statements:
    """Collects the statements of a document while walking through it."""

    vocabulary: Vocabulary
    quads: list[Quad] = field(default_factory=list)
    anonymous: int = 0

    def add_object(self, value: Mapping[str, Any], path: str = "$", depth: int = 0) -> str:
        """Add what an object says, and return the name of its node."""
        if depth > MAX_DEPTH:
            raise UnsignableError(f"{path}: nested deeper than {MAX_DEPTH} levels")
        node = self._node(value, path)
        terms = dict(self.vocabulary.terms)
        for name in sorted(_texts(value.get("type", []), f"{path}.type")):
            if name not in self.vocabulary.types:
                raise UnsignableError(f"{path}.type: {name[:80]!r} is defined by no context")
            terms.update(self.vocabulary.terms_inside.get(name, {}))
            self._add(Quad(node, RDF_TYPE, f"<{self.vocabulary.types[name]}>"), path)
        for name, member in value.items():
            if name in ("id", "type"):
                continue
            if name not in terms:
                raise UnsignableError(f"{path}: {name[:80]!r} is defined by no context here")
            self._add_member(node, terms[name], member, f"{path}.{name}", depth)
        return node

    def _add_member(self, node: str, term: Term, member: object, path: str, depth: int) -> None:
        for item in member if isinstance(member, list) else [member]:
            if isinstance(item, Mapping):
                value = self.add_object(item, path, depth + 1)
            else:
                value = _value(term, item, path)
            self._add(Quad(node, term.iri, value), path)

    def _add(self, quad: Quad, path: str) -> None:
        if len(self.quads) >= MAX_QUADS:
            raise UnsignableError(f"{path}: more than {MAX_QUADS} statements")
        self.quads.append(quad)

    def _node(self, value: Mapping[str, Any], path: str) -> str:
        if "id" in value:
            return _address(value["id"], f"{path}.id")
        self.anonymous += 1
        return f"_:{self.anonymous}"


def _texts(value: object, path: str) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, str):
            raise UnsignableError(f"{path}: expected a text, found {type(item).__name__}")
        yield item


def _address(value: object, path: str) -> str:
    if not isinstance(value, str) or not _ABSOLUTE_IRI.fullmatch(value):
        raise UnsignableError(f"{path}: expected an absolute address, found {str(value)[:80]!r}")
    if _UNSIGNABLE.search(value):
        raise UnsignableError(f"{path}: holds a character that no signature may cover")
    return f"<{value}>"


def _value(term: Term, value: object, path: str) -> str:
    if term.is_address:
        return _address(value, path)
    if isinstance(value, bool):
        if term.datatype is None:
            raise UnsignableError(f"{path}: expected a text, found a truth value")
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = value
    else:
        raise UnsignableError(f"{path}: expected a text, found {type(value).__name__}")
    if _UNSIGNABLE.search(text):
        raise UnsignableError(f"{path}: holds a control character, which no signature may cover")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' + (f"^^<{term.datatype}>" if term.datatype else "")


def _canonical_names(quads: list[Quad]) -> dict[str, str]:
    """Name the blank nodes as RDFC-1.0 does where each differs from all others at first sight.

    Its 'Hash First Degree Quads' tells them apart, and their order is that of the hashes. Two that
    it cannot tell apart would need its recursive part, whose cost has no useful bound.
    """
    lines: dict[str, set[str]] = {}
    for quad in quads:
        for node in (quad.subject, quad.object):
            if node.startswith("_:"):
                lines.setdefault(node, set()).add(_seen_from(node, quad))
    by_hash: dict[str, str] = {}
    for node, seen in lines.items():
        digest = hashlib.sha256("".join(sorted(seen)).encode("utf-8")).hexdigest()
        if digest in by_hash:
            raise UnsignableError("two objects without an id say the same: give each its own id")
        by_hash[digest] = node
    return {by_hash[digest]: f"_:c14n{i}" for i, digest in enumerate(sorted(by_hash))}


def _seen_from(node: str, quad: Quad) -> str:
    blank = {n: "_:a" if n == node else "_:z" for n in (quad.subject, quad.object) if n[0] == "_"}
    return quad.line(blank)
