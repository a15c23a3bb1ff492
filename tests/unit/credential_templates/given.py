"""The example's pack, and what is done to it."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ijaza_credential.templates.pack import Pack, read_pack, read_pack_at

EXAMPLE = Path(__file__).parents[3] / "examples" / "template"
"""A pack that holds."""
MANIFEST = b"""\
id: cairo
version: 1
title: {en: Cairo, ar: \xd8\xa7\xd9\x84\xd9\x82\xd8\xa7\xd9\x87\xd8\xb1\xd8\xa9}
languages: [ar, en]
"""
FILES: Mapping[str, bytes] = {
    "template.yaml": MANIFEST,
    "template.typ": b"#let certificate(words) = [nothing]\n",
}


def with_texts(*changes: tuple[str, str]) -> Pack:
    """The example with texts of its template exchanged. `gone` is a function that sets nothing."""
    pack = read_pack_at(EXAMPLE)
    source = pack.files["template.typ"].decode()
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return Pack(
        pack.manifest, {**pack.files, "template.typ": f"#let gone(..x) = []\n{source}".encode()}
    )


def writing(source: str) -> Pack:
    """A pack whose template does this before it sets anything."""
    return Pack(
        read_pack(zipped()).manifest,
        {**FILES, "template.typ": f"#let certificate(words) = {{ {source} }}\n".encode()},
    )


def zipped(files: Mapping[str, bytes] = FILES, **more: bytes) -> bytes:
    """An archive of files, as somebody sends it."""
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in {**files, **more}.items():
                packed.writestr(name, content)
        return out.getvalue()


def tarred(files: Mapping[str, bytes] = FILES, mode: str = "w:gz") -> bytes:
    """The same as a tar."""
    with io.BytesIO() as out:
        with tarfile.open(fileobj=out, mode=mode) as packed:  # type: ignore[call-overload]  # a mode by name
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                packed.addfile(member, io.BytesIO(content))
        return out.getvalue()
