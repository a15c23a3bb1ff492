"""veraPDF, the reference validator, on what a template of somebody's own prints."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ijaza_credential.documents.credential import serialise_credential
from ijaza_credential.templates.pack import read_pack_at
from ijaza_credential.templates.press import Press
from ijaza_credential.templates.preview import preview
from ijaza_credential.templates.samples import SAMPLES, USUAL

from tests.unit.credential_documents.given import signed
from tests.unit.credential_templates.given import EXAMPLE

pytestmark = pytest.mark.slow

VeraPdf = Callable[..., subprocess.CompletedProcess[str]]


def test_pages_of_a_template_are_archivable_and_accessible(
    verapdf: VeraPdf, tmp_path: Path
) -> None:
    """PDF/A-3a and PDF/UA-1 hold for every sample and for a preview; no rule is broken."""
    pack, press = read_pack_at(EXAMPLE), Press()
    made = {
        name: press.print(pack, about, serialise_credential(signed(about)))
        for name, about in SAMPLES.items()
    }
    press.close()
    files = []
    for name, content in (made | {"preview": preview(pack, USUAL)}).items():
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(content)

    done = verapdf("3a,ua1", *files)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("passed ") == 2 * len(files)
