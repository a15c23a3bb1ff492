"""Certificates bound together for a printer: pages as issued, one after another.

What comes out is for paper. It is no PDF/A, carries no credential, and no register knows it: a
certificate proves something as the file that was issued, and as nothing else.

Libraries that merge PDFs keep every page until they write, half a megabyte each. So pypdf reads and
writes the objects here, and only their numbers, and where they stand, are kept.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

_OF_STRUCTURE = ("/StructParents", "/StructParent", "/Tabs")
"""What points into the structure of the file that a page was taken from."""
_MARK = "/IjazaPrintRun"
_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
"""The second line says that the file is binary (ISO 32000-1, 7.5.2)."""
_CATALOG, _PAGES, _INFO = 1, 2, 3


class Bound(NamedTuple):
    """What a bound file says of itself: the mark that it was given, and its pages."""

    mark: str
    pages: int


class Binding:
    """Writes one PDF page by page. What is kept of a page is some 300 bytes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._places: dict[int, int] = {}
        """The offset of each object by its number."""
        self._last = _INFO
        self._pages: list[int] = []
        out.write(_HEAD)

    def add(self, document: bytes) -> None:
        """Write all pages of a document, and what they need."""
        copying = _Copying(self)
        self._pages += copying.pages(list(PdfReader(io.BytesIO(document)).pages))

    def finish(self, title: str, mark: str = "") -> None:
        """Write what makes a file of the pages."""
        kids = ArrayObject(_reference(each) for each in self._pages)
        said = {"/Title": TextStringObject(title), _MARK: TextStringObject(mark)}
        self.write(_INFO, _dictionary(said))
        self.write(
            _PAGES,
            _dictionary(
                {
                    "/Type": NameObject("/Pages"),
                    "/Kids": kids,
                    "/Count": NumberObject(len(kids)),
                }
            ),
        )
        catalog = {"/Type": NameObject("/Catalog"), "/Pages": _reference(_PAGES)}
        self.write(_CATALOG, _dictionary(catalog))
        begins = self._out.tell()
        size = self._last + 1
        self._out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        for number in range(1, size):
            self._out.write(b"%010d 00000 n \n" % self._places[number])
        trailer = {
            "/Size": NumberObject(size),
            "/Root": _reference(_CATALOG),
            "/Info": _reference(_INFO),
        }
        self._out.write(b"trailer\n")
        _dictionary(trailer).write_to_stream(self._out)
        self._out.write(b"\nstartxref\n%d\n%%%%EOF\n" % begins)

    def next_number(self) -> int:
        """A number that no object has yet."""
        self._last += 1
        return self._last

    def write(self, number: int, value: PdfObject) -> None:
        """Write an object."""
        self._places[number] = self._out.tell()
        self._out.write(b"%d 0 obj\n" % number)
        value.write_to_stream(self._out)
        self._out.write(b"\nendobj\n")


class _Copying:
    """Copies objects of one document, each once, under numbers of the new file."""

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self._numbers: dict[int, int] = {}
        self._waiting: list[IndirectObject] = []

    def pages(self, pages: Sequence[PageObject]) -> list[int]:
        """Write pages, all that they refer to, and all that those refer to; the pages' numbers."""
        numbers = [self._number_of(page) for page in pages]
        for number, page in zip(numbers, pages, strict=True):
            page.pop("/Parent", None)
            self._renumber(page)
            page[NameObject("/Parent")] = _reference(_PAGES)
            self._binding.write(number, page)
        while self._waiting:
            known = self._waiting.pop()
            value = known.get_object()
            assert value is not None, "the document is whole: it was issued so"
            self._binding.write(self._numbers[known.idnum], self._renumbered(value))
        return numbers

    def _number_of(self, page: PageObject) -> int:
        known = page.indirect_reference
        assert known is not None, "it was read from a file"
        number = self._numbers[known.idnum] = self._binding.next_number()
        return number

    def _renumbered(self, value: Any) -> Any:
        if isinstance(value, IndirectObject):
            if value.idnum not in self._numbers:
                self._numbers[value.idnum] = self._binding.next_number()
                self._waiting.append(value)
            return _reference(self._numbers[value.idnum])
        if isinstance(value, DictionaryObject):
            self._renumber(value)
        elif isinstance(value, ArrayObject):
            for place, each in enumerate(value):
                if isinstance(each, IndirectObject | DictionaryObject | ArrayObject):
                    value[place] = self._renumbered(each)
        return value

    def _renumber(self, value: DictionaryObject) -> None:
        for name in _OF_STRUCTURE:
            value.pop(name, None)
        for name in list(value):
            each = value.raw_get(name)
            if isinstance(each, IndirectObject | DictionaryObject | ArrayObject):
                value[NameObject(name)] = self._renumbered(each)


def _reference(number: int) -> IndirectObject:
    return IndirectObject(number, 0, None)


def _dictionary(entries: Mapping[str, PdfObject]) -> DictionaryObject:
    return DictionaryObject({NameObject(name): value for name, value in entries.items()})


def bind(title: str, documents: Iterable[bytes], mark: str = "") -> bytes:
    """Return one PDF with all pages of these documents, in their order."""
    with io.BytesIO() as out:
        binding = Binding(out)
        for document in documents:
            binding.add(document)
        binding.finish(title, mark)
        return out.getvalue()


def bound_in(path: Path) -> Bound | None:
    """What a file says of itself; None if `bind` did not make it."""
    try:
        with path.open("rb") as file:
            reader = PdfReader(file)
            said = reader.metadata
            if said is None or _MARK not in said:
                return None
            # The page tree has no branches: its count is told without looking at each page.
            pages = reader.root_object["/Pages"]
            assert isinstance(pages, DictionaryObject), "`Binding` wrote it"
            return Bound(str(said[_MARK]), int(str(pages["/Count"])))
    except PyPdfError:
        return None
