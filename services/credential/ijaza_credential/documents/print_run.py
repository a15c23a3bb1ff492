"""Certificates bound together for a printer: pages as issued, one after another.

What comes out is for paper. It is no PDF/A, carries no credential, and no register knows it: a
certificate proves something as the file that was issued, and as nothing else.
"""

import io
from collections.abc import Iterable

from pypdf import PdfReader, PdfWriter

_OF_STRUCTURE = ("/StructParents", "/Tabs")
"""What points into the structure of the file that a page was taken from."""


def bind(title: str, documents: Iterable[bytes]) -> bytes:
    """Return one PDF with all pages of these documents, in their order.

    About half a megabyte of memory and 15 ms for each page: bind some hundred at once, no more.
    """
    volume = PdfWriter()
    volume.add_metadata({"/Title": title})
    for document in documents:
        for page in PdfReader(io.BytesIO(document)).pages:
            bound = volume.add_page(page)
            for name in _OF_STRUCTURE:
                bound.pop(name, None)
    with io.BytesIO() as out:
        volume.write(out)
        return out.getvalue()
