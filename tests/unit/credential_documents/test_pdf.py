"""The printed certificate: one page, both scripts, the same bytes for the same facts."""

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from ijaza_credential.documents.pdf import RenderError, render_pdf
from ijaza_credential.documents.subject import CertificateFacts
from pypdf import PageObject, PdfReader

from tests.unit.credential_documents.given import facts, module, text

CREDENTIAL = b'{"id": "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7"}\n'
MARKED_NAME = "عَبْدُ الرَّحْمٰنِ مُحَمَّدُ عَبْدِ العَزِيزِ إِبْرَاهِيمُ عَبْدِ المُنْعِمِ مَحْمُودُ مُصْطَفَى حَسَنَيْنِ الشَّرْقَاوِيُّ"
LONG_NAME = (
    "Abdulrahman Mohamed Abdelaziz Ibrahim Abdelmoneim Mahmoud Mostafa Hassanein El-Sharqawi"
)
PAGE_POINTS = (841.89, 595.28)  # A4, landscape
FRAME = 50  # points from the paper's edge to the inside of the ornament


def reader(about: CertificateFacts) -> PdfReader:
    """The PDF of some facts, opened."""
    return PdfReader(io.BytesIO(render_pdf(about, CREDENTIAL)), strict=True)


def page_text(about: CertificateFacts) -> str:
    """What a program reads on the page."""
    return reader(about).pages[0].extract_text()


def positions(page: PageObject) -> list[tuple[float, float]]:
    """Where each piece of text on a page begins, in points."""
    found: list[tuple[float, float]] = []

    def visit(text: str, user: list[float], matrix: list[float], *_: object) -> None:
        if text.strip():
            x, y = matrix[4], matrix[5]
            found.append((user[0] * x + user[2] * y + user[4], user[1] * x + user[3] * y + user[5]))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.slow
def test_english_and_arabic_can_be_read_from_the_page() -> None:
    """Letters, not shapes: searchable, and legible to a screen reader."""
    found = page_text(facts())

    for words in (
        "Certificate in Migration Governance",
        "Mona Abdel-Rahman",
        "Downtown campus, Cairo",
        "Migration and Development 1",
        "15 h 30",
        "CMRS",
        "Issued on 17 April 2020",
    ):
        assert words in found
    for word in ("شهادة", "حوكمة", "الهجرة", "منى", "عبد", "الرحمن", "المنظمة", "والتنمية"):
        assert word in found


def test_serial_and_verification_address_are_printed() -> None:
    """For somebody who has only the paper."""
    found = page_text(facts())

    assert facts().serial in found
    assert f"https://certificates.example.org/v/{facts().serial}" in found


def test_the_page_is_a4_in_landscape() -> None:
    """One page."""
    [page] = reader(facts()).pages

    assert [float(page.mediabox.width), float(page.mediabox.height)] == pytest.approx(
        PAGE_POINTS, abs=0.1
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"holder_name_en": LONG_NAME, "holder_name_ar": MARKED_NAME},
        {"holder_name_en": LONG_NAME * 4, "holder_name_ar": f"{MARKED_NAME} {MARKED_NAME}"},
        {"holder_name_en": "x" * 400, "holder_name_ar": "م" * 400},
        {"modules": tuple(module(number) for number in range(40))},
        {"modules": ()},
        {"organisers": (text("An organisation", "منظمة"),) * 13},
        {"certificate_title": text("Certificate " * 20, "شهادة " * 20)},
        {"edition_title": text("Programme " * 40, "برنامج " * 40), "ceremony": date(2020, 4, 16)},
    ],
    ids=[
        "long names",
        "very long names",
        "names without a blank",
        "40 modules",
        "no module",
        "13 organisers",
        "long title",
        "long programme",
    ],
)
def test_whatever_is_printed_fits_on_one_page(changes: dict[str, object]) -> None:
    """Sizes give way: a second page would be a certificate torn in two."""
    [page] = reader(facts(**changes)).pages

    assert all(FRAME <= x <= PAGE_POINTS[0] - FRAME for x, _ in positions(page))
    assert all(FRAME <= y <= PAGE_POINTS[1] - FRAME for _, y in positions(page))


def test_everything_of_a_full_page_is_still_there() -> None:
    """Nothing is cut off to make it fit."""
    modules = tuple(module(number, test=None) for number in range(1, 31))
    found = page_text(facts(modules=modules, holder_name_ar=MARKED_NAME))

    for number in range(1, 31):
        assert f"Migration and Development {number}" in found


@pytest.mark.slow
def test_the_same_facts_give_the_same_bytes() -> None:
    """In this process after other pages, and in another process with other hash seeds."""
    here = render_pdf(facts(), CREDENTIAL)
    render_pdf(facts(holder_name_en="Somebody Else"), CREDENTIAL)
    again = render_pdf(facts(), CREDENTIAL)
    program = (
        "import sys, hashlib\n"
        "from tests.unit.credential_documents.given import facts\n"
        "from tests.unit.credential_documents.test_pdf import CREDENTIAL\n"
        "from ijaza_credential.documents.pdf import render_pdf\n"
        "print(hashlib.sha256(render_pdf(facts(), CREDENTIAL)).hexdigest())\n"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"},
    )

    assert here == again
    assert elsewhere.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_the_file_is_dated_by_the_event() -> None:
    """And names its issuer, not its holder, in what a viewer shows in its title bar."""
    metadata = reader(facts()).metadata

    assert metadata is not None
    assert metadata.creation_date == datetime(2020, 4, 17, 18, 0, tzinfo=UTC)
    assert metadata.author == "Programme Office"
    assert metadata.title == "Certificate in Migration Governance – شهادة حوكمة الهجرة"


def test_the_file_is_tagged_and_says_its_standards() -> None:
    """PDF/A-3a and PDF/UA-1, as veraPDF confirms in tests/thirdparty."""
    document = reader(facts())
    root = document.root_object
    assert document.xmp_metadata is not None
    xmp = document.xmp_metadata.stream.get_data().decode()

    assert "'/Marked': True" in str(root["/MarkInfo"])
    assert str(root["/Lang"]) == "en"
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


def test_quotes_and_code_in_a_name_are_only_a_name() -> None:
    """The words reach the template as data."""
    found = page_text(facts(holder_name_en='Mo "#panic()\\" $x$ *b* ] Na'))

    assert 'Mo "#panic()\\" $x$ *b* ] Na' in found


def test_a_name_that_no_font_can_draw_is_an_error() -> None:
    """Better than a box where a name should be; the message names the certificate."""
    with pytest.raises(RenderError, match=facts().serial):
        render_pdf(facts(holder_name_en="Mona 👩‍🎓"), CREDENTIAL)


def test_an_unknown_template_is_an_error() -> None:
    """A page is made again with the template it was first made with."""
    with pytest.raises(RenderError, match="no certificate template 99"):
        render_pdf(facts(), CREDENTIAL, template_version=99)


def test_a_printer_goes_on_after_an_error() -> None:
    """One bad name must not stop the certificates of all others."""
    with pytest.raises(RenderError):
        render_pdf(facts(holder_name_en="\U0010ffff"), CREDENTIAL)

    assert render_pdf(replace(facts(), version=1), CREDENTIAL).startswith(b"%PDF-1.7")


def test_a_page_without_organisers_is_made() -> None:
    """An edition that names none, as the contract allows, still gets its certificates."""
    assert len(page_text(facts(organisers=()))) > 0
