"""PDFs that ask whoever reads them for more than there is, and a way to write any."""

import zlib
from collections.abc import Mapping, Sequence

CATALOG = b"<</Type/Catalog/Pages 2 0 R/Names 3 0 R>>"
PAGES = b"<</Type/Pages/Kids[]/Count 0>>"
BOMB = 200 << 20


def stream(entries: bytes, content: bytes) -> bytes:
    """A stream object with further entries."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def pdf(objects: Sequence[bytes] | Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1, of which the first is the catalog."""
    numbered = objects if isinstance(objects, Mapping) else dict(enumerate(objects, 1))
    made, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in numbered.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    for number in sorted(places):
        made += b"%010d 00000 n \n" % places[number]
    size = b"/Size %d/Root 1 0 R%s" % (len(places) + 1, trailer)
    return bytes(made + b"trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, at))


def attaching(embedded: bytes, *more: bytes) -> bytes:
    """A PDF that attaches a stream as `credential.json`; further objects are numbered from 6."""
    names = b"<</EmbeddedFiles<</Names[(credential.json) 4 0 R]>>>>"
    spec = b"<</Type/Filespec/F(credential.json)/EF<</F 5 0 R>>>>"
    return pdf([CATALOG, PAGES, names, spec, embedded, *more])


def bomb() -> bytes:
    """Two hundred kilobytes that unpack to as many megabytes."""
    packed = zlib.compress(bytes(BOMB), 1)
    return attaching(stream(b"/Type/EmbeddedFile/Filter/FlateDecode", packed))


def bomb_in_a_bomb() -> bytes:
    """Unpacked twice, a few kilobytes come to as much."""
    twice = zlib.compress(zlib.compress(bytes(BOMB), 1))
    return attaching(stream(b"/Type/EmbeddedFile/Filter[/FlateDecode/FlateDecode]", twice))


def names_in_a_ring() -> bytes:
    """A tree of names that is its own child."""
    ring = b"<</Kids[3 0 R 3 0 R]>>"
    return pdf([CATALOG.replace(b"3 0 R", b"<</EmbeddedFiles 3 0 R>>"), PAGES, ring])


def rows_without_end(size: int = 20 << 20) -> bytes:
    """Some kilobytes that unpack to rows of a picture, each of which is told from the one above."""
    row = b"\x04" + bytes(100)  # Paeth's filter, the dearest there is
    packed = zlib.compress(row * (size // len(row)), 9)
    how = b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 100>>"
    return attaching(stream(b"/Type/EmbeddedFile" + how, packed))


def deep(levels: int = 300_000) -> bytes:
    """Lists within lists."""
    return pdf([CATALOG, PAGES, b"[" * levels + b"]" * levels])


def tables_in_a_ring() -> bytes:
    """A cross-reference table whose previous one is itself."""
    plain = pdf([CATALOG, PAGES, b"<<>>"])
    at = plain.rindex(b"xref\n0 ")
    return plain.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % at)


HOSTILE = {
    "a bomb": bomb,
    "a bomb in a bomb": bomb_in_a_bomb,
    "names in a ring": names_in_a_ring,
    "rows without end": rows_without_end,
    "lists in lists": deep,
    "tables in a ring": tables_in_a_ring,
}
