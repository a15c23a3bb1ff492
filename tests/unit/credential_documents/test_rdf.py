"""The closed canonicalisation: what PyLD makes of a document, and nothing that PyLD drops."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_credential.documents.contexts import (
    CREDENTIAL_CONTEXTS,
    FILES,
    STATUS_LIST_CONTEXTS,
    UnknownContextError,
    load_context,
)
from ijaza_credential.documents.credential import build_credential
from ijaza_credential.documents.rdf import MAX_DEPTH, UnsignableError, canonical_nquads
from ijaza_credential.documents.status_list import StatusList, build_status_list_credential
from pyld import jsonld

from tests.unit.credential_documents.given import (
    EDITION,
    HOST,
    ISSUED_AT,
    facts,
    key,
    module,
    signed,
)

# Names as spreadsheets bring them: any script, quotes and backslashes, but no control characters.
names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(
    lambda name: name.strip()
)


def pyld_nquads(document: dict[str, Any]) -> str:
    """What PyLD canonicalises a document without its proof to, given the same contexts."""

    def load(url: str, _options: object) -> dict[str, Any]:
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": {"@context": load_context(url)},
        }

    unsigned = {name: value for name, value in document.items() if name != "proof"}
    nquads: str = jsonld.normalize(
        unsigned,
        {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load},
    )
    return nquads


@settings(max_examples=25, deadline=None)
@given(name_en=names, name_ar=names, modules=st.integers(0, 4), renewed=st.booleans())
def test_a_credential_canonicalises_as_in_pyld(
    name_en: str, name_ar: str, modules: int, renewed: bool
) -> None:
    """Whatever the holder is called and however many modules there are."""
    about = facts(
        holder_name_en=name_en,
        holder_name_ar=name_ar,
        modules=tuple(module(number) for number in range(modules)),
        predecessor_credential_id="urn:uuid:00000000-0000-4000-8000-000000000000"
        if renewed
        else None,
    )
    credential = build_credential(about)

    assert canonical_nquads(credential, CREDENTIAL_CONTEXTS) == pyld_nquads(credential)


def test_a_status_list_canonicalises_as_in_pyld() -> None:
    """The other kind of document that is signed in this way."""
    document = build_status_list_credential(
        StatusList.of([7]), did_host=HOST, edition=EDITION, number=1, updated=ISSUED_AT, key=key()
    )

    assert canonical_nquads(document, STATUS_LIST_CONTEXTS) == pyld_nquads(document)


def test_proof_options_canonicalise_as_in_pyld() -> None:
    """They are written out by hand, for `proofPurpose` has a context of its own."""
    from ijaza_credential.documents.proof import _options_nquads

    proof = signed(facts())["proof"]
    options = {name: value for name, value in proof.items() if name != "proofValue"}

    assert _options_nquads(options) == pyld_nquads(
        {"@context": list(CREDENTIAL_CONTEXTS), **options}
    )


def nested(depth: int) -> dict[str, Any]:
    """A document of so many levels."""
    value: dict[str, Any] = {"name": "innermost"}
    for _ in range(depth):
        value = {"type": "VerifiableCredential", "credentialSubject": value}
    return value


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"id": "urn:x:1", "nickname": "Mo"}, "'nickname' is defined by no context"),
        ({"id": "urn:x:1", "achievement": "x"}, "'achievement' is defined by no context here"),
        ({"id": "urn:x:1", "type": "Diploma"}, "'Diploma' is defined by no context"),
        ({"id": "urn:x:1", "type": [1]}, "expected a text, found int"),
        ({"@id": "urn:x:1"}, "'@id' is defined by no context"),
        ({"id": "urn:x:1", "https://schema.org/name": "Mo"}, "is defined by no context"),
        ({"id": "certificate-1"}, "expected an absolute address"),
        ({"id": "_:b0"}, "expected an absolute address"),
        ({"id": ["urn:x:1"]}, "expected an absolute address"),
        ({"id": "urn:x:1", "name": 4}, "expected a text, found int"),
        ({"id": "urn:x:1", "name": None}, "expected a text, found NoneType"),
        ({"id": "urn:x:1", "name": True}, "expected a text, found a truth value"),
        ({"id": "urn:x:1", "name": ["Mo", ["Na"]]}, "expected a text, found list"),
        ({"id": "urn:x:1", "name": "Mo\tNa"}, "control character"),
        ({"id": "urn:x:1", "name": "Mo\ud800"}, "control character"),
        ({"id": "urn:x:1", "name": [{}, {}]}, "two objects without an id say the same"),
        ({"id": "urn:x:1", "name": ["x"] * 30_000}, "more than 20000 statements"),
        (nested(MAX_DEPTH + 1), f"nested deeper than {MAX_DEPTH} levels"),
    ],
)
def test_what_a_signature_would_not_cover_is_refused(
    document: dict[str, Any], complaint: str
) -> None:
    """PyLD drops most of these in silence, and a verifier would show what nobody signed."""
    with pytest.raises(UnsignableError, match=complaint):
        canonical_nquads(document, CREDENTIAL_CONTEXTS)


def test_no_context_is_loaded_but_the_pinned_ones() -> None:
    """A context from elsewhere could change what a signature means."""
    with pytest.raises(UnknownContextError, match="example"):
        canonical_nquads({"id": "urn:x:1"}, ("https://example.org/context",))


def test_the_pinned_contexts_are_those_of_the_python_verifier() -> None:
    """The copies are byte-exact; openbadgeslib carries the same ones."""
    from openbadgeslib.ob3.contexts import load_context as their_context

    for url in FILES:
        assert load_context(url) == their_context(url)["@context"]
