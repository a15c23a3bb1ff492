"""The attached credential, and files that have none."""

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_credential.documents.extract import ExtractionError, attached_credential
from ijaza_credential.documents.pdf import render_pdf
from pypdf import PdfReader, PdfWriter

from tests.unit.credential_documents.given import facts

CREDENTIAL = '{"name": "شهادة"}\n'.encode()
PDF = render_pdf(facts(), CREDENTIAL)


def written(*attachments: tuple[str, bytes], password: str | None = None) -> bytes:
    """A PDF of one blank page with some attachments."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name, data in attachments:
        writer.add_attachment(name, data)
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_the_credential_comes_out_as_it_went_in() -> None:
    """Byte for byte."""
    assert attached_credential(PDF) == CREDENTIAL


def test_the_attachment_is_declared_as_the_data_of_the_page() -> None:
    """PDF/A-3 asks what an attached file is to the document."""
    [attachment] = PdfReader(io.BytesIO(PDF)).attachment_list

    assert attachment.name == "credential.json"
    assert attachment.subtype == "/application/vc"
    assert str(attachment.associated_file_relationship) == "/Data"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        pytest.param(b"", "no PDF", id="empty"),
        pytest.param(b"{}", "no PDF", id="JSON"),
        pytest.param(b"%PDF-1.7\n", "damaged", id="header alone"),
        pytest.param(PDF[:5000], "damaged", id="torn"),
        pytest.param(PDF[:5] + b"\x00" * 10_000, "damaged", id="zeros"),
        pytest.param(written(), "0 attachments named credential.json", id="no attachment"),
        pytest.param(written(("a.json", b"{}")), "0 attachments named", id="another attachment"),
        pytest.param(
            written(("credential.json", b"1"), ("credential.json", b"2")),
            "2 attachments",
            id="two credentials",
        ),
        pytest.param(
            written(*[(f"{n}.txt", b"") for n in range(20)]),
            "more than 8 attachments",
            id="many attachments",
        ),
        pytest.param(
            written(("credential.json", b"1"), password="secret"), "encrypted", id="encrypted"
        ),
        pytest.param(b"%PDF-" + b" " * (17 << 20), "more than 16777216", id="giant"),
    ],
)
def test_what_has_no_credential_is_refused(data: bytes, complaint: str) -> None:
    """Other files, torn files, and PDFs of other makers."""
    with pytest.raises(ExtractionError, match=complaint):
        attached_credential(data)


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, len(PDF) - 1), byte=st.integers(0, 255))
def test_a_damaged_pdf_never_raises_anything_else(position: int, byte: int) -> None:
    """Either a credential comes out or the one error."""
    with contextlib.suppress(ExtractionError):
        attached_credential(PDF[:position] + bytes([byte]) + PDF[position + 1 :])
