"""The canonical form that browsers compute is the one that was signed, byte for byte."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ijaza_credential.documents.contexts import CREDENTIAL_CONTEXTS
from ijaza_credential.documents.credential import build_credential
from ijaza_credential.documents.rdf import UnsignableError, canonical_nquads, vocabulary

from tests.thirdparty.conftest import require_tool
from tests.unit.credential_documents.given import facts, module, signed

pytestmark = pytest.mark.slow

PACKAGE = Path(str(resources.files("ijaza_credential")))
VOCABULARY = vocabulary(CREDENTIAL_CONTEXTS)
Browser = Callable[[Any], str | None]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """What the pages' code makes of a document; None if it refuses it."""
    node = require_tool("node")
    folder = tmp_path_factory.mktemp("static")
    for script in (PACKAGE / "verification" / "static").glob("*.js"):
        shutil.copy(script, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    contexts = PACKAGE / "documents" / "contexts"
    command: list[str | Path] = [node, Path(__file__).parent / "canonical.mjs", folder, contexts]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        sending, answers = process.stdin, process.stdout

        def canonicalise(document: Any) -> str | None:
            sending.write(json.dumps(document) + "\n")
            sending.flush()
            said: str | None = json.loads(answers.readline())
            return said

        yield canonicalise


def expected(document: Any) -> str | None:
    """What Python makes of it."""
    try:
        return canonical_nquads(document, tuple(document["@context"]))
    except UnsignableError:
        return None


# Every plane and kind of character: half pairs, what JavaScript orders otherwise, escapes.
texts = st.text(max_size=12) | st.text(
    st.sampled_from('\\"\n\t\x7f\u2028é\ue000\uffff😀𐀀أ\ud800 '), max_size=6
)
addresses = st.sampled_from(
    ["urn:uuid:1", "did:web:x", "https://é.example/a?b#c", "no address", "a:b c", "x:\U00010000"]
)
names = st.sampled_from(
    sorted(
        {*VOCABULARY.terms, *(term for each in VOCABULARY.terms_inside.values() for term in each)}
    )
) | st.sampled_from(["unheard", "__proto__", "constructor", "@id", "@context", "proof", ""])
types = st.sampled_from(sorted(VOCABULARY.types)) | st.sampled_from(["Unheard", "toString"])
scalars = (
    texts
    | addresses
    | st.booleans()
    | st.none()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)


def objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object of members, with an id and types or without."""
    return st.builds(
        lambda members, id_, kinds: {**members, **id_, **kinds},
        st.dictionaries(names, values | st.lists(values, max_size=3), max_size=5),
        st.just({}) | st.fixed_dictionaries({"id": addresses | scalars}),
        st.just({}) | st.fixed_dictionaries({"type": types | st.lists(types | texts, max_size=3)}),
    )


def nested(levels: int) -> dict[str, Any]:
    """An object in an object in an object, each told apart by its name."""
    document: dict[str, Any] = {"name": "0"}
    for level in range(levels):
        document = {"name": str(level + 1), "alignment": document}
    return document


anything = st.recursive(scalars, objects, max_leaves=12)


@settings(max_examples=60, deadline=None)
@given(name_en=st.text(min_size=1, max_size=40), name_ar=texts, modules=st.integers(0, 4))
@example(name_en='"\\', name_ar="\ue000 😀", modules=2)
def test_a_credential_canonicalises_as_it_was_signed(
    browser: Browser, name_en: str, name_ar: str, modules: int
) -> None:
    """Whatever its holder is called."""
    told = tuple(module(number) for number in range(1, modules + 1))
    try:
        document = build_credential(
            facts(holder_name_en=name_en, holder_name_ar=name_ar, modules=told)
        )
    except ValueError:
        return  # no name is left of it: it was never signed

    assert browser(document) == expected(document)


@settings(max_examples=400, deadline=None)
@given(document=objects(anything))
@example(document={"id": "urn:uuid:1", "name": ["\ue000", "😀", "\ue000"]})
@example(document={"alignment": [{"name": ["\ue000", "😀"]}, {"name": "x"}]})
@example(document={"alignment": [{"name": "x"}, {"name": "x"}]})
@example(document=nested(16))
@example(document=nested(17))
@example(document={"id": "urn:uuid:1", "name": True})
@example(document={"type": "IdentityObject", "hashed": True, "salt": 'a\\b"c'})
@example(document={"id": "urn:uuid:1", "name": "\ud800"})
@example(document={"id": "urn:uuid:\ud800"})
@example(document={"id": "urn:uuid:1", "__proto__": {"name": "x"}})
def test_what_one_refuses_the_other_does(browser: Browser, document: dict[str, Any]) -> None:
    """Members, types and values of every kind, nested anyhow."""
    document["@context"] = list(CREDENTIAL_CONTEXTS)

    assert browser(document) == expected(document)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_one_change_in_a_credential_is_seen_alike(browser: Browser, data: st.DataObject) -> None:
    """A value replaced, or a member added, at any place of one that was signed."""
    document = json.loads(json.dumps(signed(facts())))
    place: Any = document
    while True:
        inside = [each for each in _members(place) if isinstance(each[1], dict | list)]
        if not inside or data.draw(st.booleans()):
            break
        place = data.draw(st.sampled_from(inside))[1]
    if isinstance(place, list):
        place.append(data.draw(anything))
    else:
        place[data.draw(names | st.sampled_from(sorted(place)))] = data.draw(anything)
    document["@context"] = list(CREDENTIAL_CONTEXTS)

    assert browser(document) == expected(document)


def _members(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, dict) else list(enumerate(value))
