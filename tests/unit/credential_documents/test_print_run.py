"""Pages bound for a printer: the objects of several files in one, under numbers of their own."""

import io
from pathlib import Path

from ijaza_credential.documents.print_run import Binding, Bound, bind, bound_in
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import Fit, NameObject, NumberObject


def two_pages(word: str) -> bytes:
    """A document of two pages, of which the first leads to the second; a file is attached."""
    writer = PdfWriter()
    for width in (200, 300):
        page = writer.add_blank_page(width, 100)
        page[NameObject("/StructParents")] = NumberObject(0)
    writer.add_annotation(
        0, Link(rect=(0, 0, 50, 50), target_page_index=1, fit=Fit.fit(), border=[0, 0, 1])
    )
    writer.add_attachment("credential.json", word.encode())
    with io.BytesIO() as out:
        writer.write(out)
        return out.getvalue()


def test_all_pages_come_in_their_order() -> None:
    """Of every document all, and what is read strictly is a whole file."""
    bound = PdfReader(io.BytesIO(bind("mg-4", [two_pages("a"), two_pages("b")])), strict=True)

    assert [int(page.mediabox.width) for page in bound.pages] == [200, 300, 200, 300]
    assert bound.metadata is not None
    assert bound.metadata.title == "mg-4"


def test_what_leads_to_a_page_leads_to_its_copy() -> None:
    """Though another document had the same numbers, and a page is there once."""
    bound = PdfReader(io.BytesIO(bind("mg-4", [two_pages("a"), two_pages("b")])), strict=True)

    for first, second in ((0, 1), (2, 3)):
        annotations = bound.pages[first].annotations
        assert annotations is not None
        (link,) = annotations
        target = link.get_object()["/Dest"][0]
        assert target.idnum == bound.pages[second].indirect_reference.idnum  # type: ignore[union-attr]  # read from a file
    kinds = [_type(bound, number) for number in bound.xref[0]]
    assert (kinds.count("/Page"), kinds.count("/Pages")) == (4, 1)


def _type(reader: PdfReader, number: int) -> object:
    value = reader.get_object(number)
    return value.get("/Type") if isinstance(value, dict) else None


def test_neither_files_nor_structure_come_along() -> None:
    """What is printed proves nothing, and points into no tree that is not there."""
    content = bind("mg-4", [two_pages("a signed credential")])

    assert b"EmbeddedFile" not in content
    assert b"StructParent" not in content


def test_a_file_says_what_it_was_bound_from(tmp_path: Path) -> None:
    """By a mark; what nobody bound says nothing."""
    ours, foreign, broken = (tmp_path / name for name in ("ours", "foreign", "broken"))
    ours.write_bytes(bind("mg-4", [two_pages("a")], "f00d"))
    foreign.write_bytes(two_pages("a"))
    broken.write_bytes(b"minutes of a meeting")

    assert bound_in(ours) == Bound("f00d", 2)
    assert bound_in(foreign) is None
    assert bound_in(broken) is None


def test_a_file_that_was_not_finished_is_none(tmp_path: Path) -> None:
    """The table of places comes last."""
    path = tmp_path / "cut.pdf"
    with path.open("wb") as file:
        Binding(file).add(two_pages("a"))

    assert bound_in(path) is None
