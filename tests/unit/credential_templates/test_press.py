"""Printing certificates with a pack."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from ijaza_credential.documents.extract import attached_credential
from ijaza_credential.templates.pack import Pack, read_pack_at
from ijaza_credential.templates.press import Press
from ijaza_credential.templates.samples import USUAL
from ijaza_credential.templates.sandbox import TemplateError
from pypdf import PdfReader

from tests.unit.credential_templates.given import EXAMPLE, with_texts

CREDENTIAL = b'{"id":"urn:uuid:1"}'


@pytest.fixture
def pack() -> Pack:
    """The example."""
    return read_pack_at(EXAMPLE)


def test_the_same_certificate_is_the_same_to_the_byte(pack: Pack) -> None:
    """In this process and in another, first or after others, alone or beside others."""
    press, other = Press(), Press()
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda _: press.print(pack, USUAL, CREDENTIAL), range(4)))
    press.print(pack, replace(USUAL, holder_name_en="Somebody Else"), CREDENTIAL)
    printed = {
        *together,
        press.print(pack, USUAL, CREDENTIAL),
        other.print(pack, USUAL, CREDENTIAL),
    }
    press.close()
    other.close()

    assert len(printed) == 1


def test_the_credential_and_the_words_for_machines_are_ours(pack: Pack) -> None:
    """Title and attachment do not hang on what a template does."""
    press = Press()
    pdf = press.print(pack, USUAL, CREDENTIAL)
    press.close()

    assert attached_credential(pdf) == CREDENTIAL
    metadata = PdfReader(io.BytesIO(pdf)).metadata
    assert metadata is not None
    assert metadata.title == "Certificate of Completion – شهادة إتمام"


def test_a_certificate_with_anything_else_is_not_printed() -> None:
    """What a check cannot see, for it depends on the name, is seen when it is printed."""
    about = 'relationship: "data", mime-type: "text/plain", description: "x"'
    more = f'pdf.attach("more.json", bytes("{{}}"), {about})'
    mona = f'  if words.award.holder.en == "Mona" {{ {more} }}'
    pack = with_texts(("  set text(fill: ink)\n", f"  set text(fill: ink)\n{mona}\n"))
    press = Press()

    assert press.print(pack, USUAL, CREDENTIAL)
    with pytest.raises(TemplateError, match="a file is attached beside"):
        press.print(pack, replace(USUAL, holder_name_en="Mona"), CREDENTIAL)
    press.close()


def test_names_are_words_and_never_part_of_the_program(pack: Pack) -> None:
    """A name that reads like typst is printed as it is."""
    press = Press()
    name = '#read("/etc/passwd") \\u{41} "quoted" $x$'
    pdf = press.print(pack, replace(USUAL, holder_name_en=name), CREDENTIAL)
    press.close()

    assert "/etc/passwd" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
