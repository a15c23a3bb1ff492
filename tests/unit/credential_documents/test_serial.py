"""Serial numbers: derived, distinct, and readable by people."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_credential.documents.serial import SerialError, parse_serial, serial

from tests.unit.credential_documents.given import SECRET


@given(edition=st.text(max_size=40), participant=st.text(max_size=40))
def test_a_serial_is_twelve_characters_in_groups_and_parses_to_itself(
    edition: str, participant: str
) -> None:
    """Crockford's alphabet: no I, L, O or U."""
    made = serial(SECRET, edition, participant)

    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4})(-[0-9A-HJKMNP-TV-Z]{4}){2}", made)
    assert parse_serial(made) == made


def test_serials_depend_on_secret_edition_and_participant() -> None:
    """And do not run together where one text ends and the next begins."""
    made = {
        serial(SECRET, "mg-4", "p1"),
        serial(SECRET, "mg-4", "p2"),
        serial(SECRET, "mg-5", "p1"),
        serial(SECRET, "mg-4p", "1"),
        serial(b"another secret", "mg-4", "p1"),
    }

    assert len(made) == 5


def test_a_serial_stays_what_it_is() -> None:
    """It is printed on certificates: a change of the derivation would orphan them."""
    assert serial(SECRET, "mg-4", "participant-1") == "YV1Q-0VQH-DNVH"


@pytest.mark.parametrize(
    "typed",
    [
        "4TG9-0ZC1-M7QW",
        "4tg9-0zc1-m7qw",
        " 4TG90ZC1M7QW ",
        "4TG9–OZCI–M7QW",
        "4tg9 ozcl m7qw",
        "٤TG٩-٠ZC١-M٧QW",
    ],
)
def test_a_serial_is_read_as_people_type_it(typed: str) -> None:
    """Case, hyphens, blanks, O for 0, I and L for 1, Arabic-Indic digits."""
    assert parse_serial(typed) == "4TG9-0ZC1-M7QW"


@pytest.mark.parametrize(
    "typed", ["", "4TG9-0ZC1-M7Q", "4TG9-0ZC1-M7QWX", "4TG9-0ZC1-M7QU", "4TG9/0ZC1/M7QW", "é" * 12]
)
def test_anything_else_is_no_serial(typed: str) -> None:
    """The message shows what a serial looks like."""
    with pytest.raises(SerialError, match="4TG9-0ZC2-M7QW"):
        parse_serial(typed)
