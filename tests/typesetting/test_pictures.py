"""Arabic and English as they come out of the printer, held to pictures that were looked at."""

from pathlib import Path

import pytest
from PIL import Image

from tests.typesetting.pictures import TOLERANCE, drawn, golden, greatest_difference
from tests.typesetting.samples import SAMPLES, VOWELLED, certificate_of
from tests.unit.credential_documents.given import facts

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", SAMPLES)
def test_documents_look_as_they_did_when_they_were_looked_at(name: str, tmp_path: Path) -> None:
    """Should this fail, look at both pictures; `python -m tests.typesetting.pictures` takes the new
    ones over.
    """
    picture = drawn(SAMPLES[name](), tmp_path)

    picture.save(tmp_path / f"{name}.png")
    assert greatest_difference(picture, golden(name)) <= TOLERANCE, tmp_path / f"{name}.png"


def holder(name: str, folder: Path) -> Image.Image:
    """A certificate on which the holder's Arabic name is this."""
    return drawn(certificate_of(facts(holder_name_ar=name)), folder)


def test_a_mark_that_is_gone_shows(tmp_path: Path) -> None:
    """One vowel of a name is beyond the tolerance: so the pictures above hold something."""
    whole = VOWELLED.holder_name_ar
    without = whole.replace("\N{ARABIC DAMMA}", "", 1)

    assert greatest_difference(holder(whole, tmp_path), holder(without, tmp_path)) > TOLERANCE
