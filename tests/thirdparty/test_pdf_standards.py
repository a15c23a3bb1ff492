"""veraPDF, the reference validator, on what we print."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from ijaza_credential.documents.credential import serialise_credential
from ijaza_credential.documents.pdf import render_pdf
from pypdf import PdfWriter

from tests.unit.credential_documents.given import facts, module, signed, text
from tests.unit.credential_documents.test_pdf import LONG_NAME, MARKED_NAME

pytestmark = pytest.mark.slow

VeraPdf = Callable[..., subprocess.CompletedProcess[str]]

CERTIFICATES = {
    "usual": facts(),
    "replaced": facts(
        version=2,
        predecessor_credential_id="urn:uuid:00000000-0000-4000-8000-000000000000",
        ceremony=date(2020, 4, 16),
    ),
    "long-names": facts(holder_name_en=LONG_NAME, holder_name_ar=MARKED_NAME),
    "many-modules": facts(modules=tuple(module(number) for number in range(40))),
    "bare": facts(modules=(), funders=(), organisers=(text("IOM", "المنظمة"),)),
}


def test_certificates_are_archivable_and_accessible(verapdf: VeraPdf, tmp_path: Path) -> None:
    """PDF/A-3a for the archive, PDF/UA-1 for a screen reader; no rule is broken."""
    files = []
    for name, about in CERTIFICATES.items():
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(render_pdf(about, serialise_credential(signed(about))))
        files.append(file)

    done = verapdf("3a,ua1", *files)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("passed ") == 2 * len(files)


def test_the_validator_does_reject(verapdf: VeraPdf, tmp_path: Path) -> None:
    """A page of another maker, so that "passed" above means something."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(tmp_path / "blank.pdf")

    done = verapdf("3a,ua1", tmp_path / "blank.pdf")

    assert done.returncode == 1
    assert done.stdout.count("FAILED ") == 2
