"""What is found wrong with a template before anybody's name is printed with it."""

import pytest
from ijaza_credential.templates.check import check
from ijaza_credential.templates.pack import Pack, read_pack_at
from ijaza_credential.templates.sandbox import Limits

from tests.unit.credential_templates.given import EXAMPLE, with_texts, writing

pytestmark = pytest.mark.slow


def faults(pack: Pack) -> str:
    """What is wrong with a pack."""
    return " · ".join(check(pack, Limits(seconds=2)).faults)


def test_the_example_holds() -> None:
    """Its pages take a fraction of the time that a page may take."""
    report = check(read_pack_at(EXAMPLE))

    assert report.faults == ()
    assert report.seconds > 0


def test_texts_that_are_missing_are_named() -> None:
    """Whatever must be on a certificate, in both languages, and all at once."""
    found = faults(
        with_texts(
            ("both(said.programme", "gone(said.programme"),
            ("both(said.held", "gone(said.held"),
            ("both(words.issuer", "gone(words.issuer"),
            ("words.particulars {", "words.particulars.slice(1) {"),
            ("block(english(words.title.en", "block(gone(words.title.en"),
        )
    )

    for text in ("the programme’s title", "where and when it was held", "the issuer’s name"):
        assert f"{text} in English" in found
        assert f"{text} in Arabic" in found
    assert "line 1 of page.particulars in Arabic" in found
    assert "the title in English" in found
    assert "the title in Arabic" not in found


def test_texts_that_nobody_sees_are_missing() -> None:
    """In the paper's colour, in none, without a size."""
    found = faults(
        with_texts(
            ("english(words.serial, 9pt,", "english(words.serial, 9pt, fill: white,"),
            ("both(said.held, 10pt * k", "both(said.held, 0pt"),
            ("both(said.reason, 11pt * k", "both(said.reason, 11pt * k, fill: rgb(0, 0, 0, 0)"),
        )
    )

    assert "the serial" in found
    assert "where and when it was held" in found
    assert "what the certificate is awarded for in Arabic" in found


def test_a_long_name_that_is_cut_off_is_found() -> None:
    """The usual name fits its box, and the long one does not end in it."""
    boxed = "block(height: 22mm, width: 90mm, clip: true, both(said.holder, 21pt * k))\n  gone("
    found = faults(with_texts(("both(said.holder, 21pt * k, ", boxed)))

    assert "the holder’s name in English" in found
    assert "sample “long”" in found
    assert "sample “usual”" not in found


def test_a_page_too_many_and_a_code_too_small_are_found() -> None:
    """A list that runs over; and a code that no telephone reads."""
    over = (
        "  place(top + center, dy: 15mm",
        "  [x]; pagebreak(); [y]\n  place(top + center, dy: 15mm",
    )

    assert "2 pages where template.yaml says 1" in faults(with_texts(over))
    assert "no QR code can be read" in faults(with_texts(("width: 24mm", "width: 3mm")))


def test_a_missing_font_is_named() -> None:
    """And where it is asked for."""
    found = faults(with_texts(('("Amiri", "Libertinus Serif")', '("Nile Sans", "Amiri")')))

    assert "template.typ:" in found
    assert "the font nile sans is neither in the pack nor one of ours" in found


def test_a_missing_character_is_named_with_its_font() -> None:
    """What a font lacks would be an empty box on somebody's certificate."""
    only = '("Amiri", "Libertinus Serif")', '"DejaVu Sans Mono", fallback: false'
    found = faults(with_texts(only))

    assert "the character" in found
    assert 'is not in the font "DejaVu Sans Mono"' in found


def test_a_page_that_is_not_accessible_is_found() -> None:
    """PDF/UA-1: a picture without words for whoever cannot see it."""
    found = faults(with_texts((', alt: "Logo of the Nile School"', "")))

    assert "PDF/UA-1" in found
    assert "alt" in found


def test_a_slow_page_is_found() -> None:
    """Ten thousand certificates wait behind each other."""
    loop = "for a in range(3000) { for b in range(1000) { n += calc.rem(b, 7) } }"
    found = faults(writing(f"let n = 0; {loop}; [#n #words.award.holder.en]"))

    assert "1 s is the most" in found or "takes more than 2 s" in found
