"""A page measured by parts is the page measured whole, to the byte."""

from typing import Any

import pytest
from ijaza_credential.documents import pdf
from ijaza_credential.documents.fitting import rest_of
from ijaza_credential.documents.pdf import render_pdf

from tests.unit.credential_documents.given import facts, module, text
from tests.unit.credential_documents.test_pdf import CREDENTIAL, LONG_NAME, MARKED_NAME

LONG = {"holder_name_en": LONG_NAME, "holder_name_ar": MARKED_NAME}
PAGES: dict[str, dict[str, Any]] = {
    "usual": {},
    "just too tall": {"modules": tuple(module(number) for number in range(6))},
    "long names": {**LONG, "modules": tuple(module(number) for number in range(9))},
    "far too tall": {**LONG, "modules": tuple(module(number) for number in range(40))},
    "one short name": {"holder_name_ar": MARKED_NAME, "version": 2},
    "widest serial": {**LONG, "serial": "WWWW-MMMM-WWWW"},
    "long programme": {"edition_title": text("Programme " * 15, "برنامج " * 15)},
    "no programme": {"modules": (), "organisers": ()},
}


@pytest.mark.parametrize("name", PAGES)
def test_the_bytes_are_those_of_a_page_measured_whole(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same size is found, so the same page is set."""
    about = facts(**PAGES[name])
    by_parts = render_pdf(about, CREDENTIAL)

    monkeypatch.setattr(pdf, "rest_of", lambda *_: None)

    assert render_pdf(about, CREDENTIAL) == by_parts


def rest(**changes: Any) -> Any:
    """What is told of the page of some facts."""
    return rest_of(pdf.data_of(facts(**changes))["page"], "certificate_v1.typ", pdf.fonts())


def test_graduates_of_an_edition_share_one_measure() -> None:
    """Whatever their names, hours and serials are; another edition has another one."""
    modules = (module(1, attended_seconds=60), module(2))
    others = rest(**LONG, serial="WWWW-MMMM-WWWW", modules=modules)

    assert rest() is others
    assert rest() != rest(modules=(module(1),))


def test_hours_that_may_take_two_lines_are_measured() -> None:
    """More than the column surely holds: nothing is taken for granted."""
    assert rest(modules=(module(1, attended_seconds=12_345 * 3600 + 60),)) is None
