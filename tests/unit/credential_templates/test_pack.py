"""Reading a pack: what it is, and everything that is not taken."""

import gzip
import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from ijaza_credential.templates.archive import (
    LARGEST_ARCHIVE,
    LARGEST_UNPACKED,
    MOST_FILES,
    PackError,
)
from ijaza_credential.templates.pack import read_pack, read_pack_at

from tests.unit.credential_templates.given import EXAMPLE, FILES, MANIFEST, tarred, zipped


def refused(archive: bytes) -> str:
    """Why an archive is not taken."""
    with pytest.raises(PackError) as error:
        read_pack(archive)
    return str(error.value)


def test_a_pack_is_the_same_however_it_is_packed() -> None:
    """As a zip, a tar, a tar.gz, within a folder: one digest, for one look."""
    inner = {f"cairo/{name}": content for name, content in FILES.items()}
    archives = [zipped(), tarred(), tarred(mode="w"), zipped(inner), tarred(inner)]

    assert len({read_pack(each).digest for each in archives}) == 1


def test_a_pack_packed_anew_is_the_same_pack() -> None:
    """What is kept of a folder gives the folder's files back, in equal bytes each time."""
    pack = read_pack_at(EXAMPLE)

    again = read_pack(pack.archive())

    assert (again.digest, again.files) == (pack.digest, pack.files)
    assert again.archive() == pack.archive()


def test_what_moves_from_one_file_into_another_is_another_pack() -> None:
    """No two packs have one digest."""
    one = zipped({**FILES, "a.txt": b"1", "b.txt": b"2"})
    other = zipped({**FILES, "a.txt": b"12", "b.txt": b""})

    assert read_pack(one).digest != read_pack(other).digest


@pytest.mark.parametrize(
    "name", ["../out.typ", "a/../../out.typ", "/etc/out.typ", "a\\b.typ", "C:out.typ", ".git/x.txt"]
)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_name_that_leads_elsewhere_is_refused(name: str, pack: object) -> None:
    """Nothing is unpacked to where it should not be; and nothing hidden."""
    assert callable(pack)
    assert "names are of Latin letters" in refused(pack({**FILES, name: b""}))


def test_links_are_refused() -> None:
    """In a zip, in a tar, symbolic and hard."""
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w") as packed:
            link = zipfile.ZipInfo("logo.svg")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            packed.writestr(link, "/etc/passwd")
        assert "is a link" in refused(out.getvalue())
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
        with io.BytesIO() as out:
            with tarfile.open(fileobj=out, mode="w") as packed_tar:
                member = tarfile.TarInfo("logo.svg")
                member.type, member.linkname = kind, "/etc/passwd"
                packed_tar.addfile(member)
            assert "is no plain file" in refused(out.getvalue())


def test_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    """The command line reads a folder by the same rules."""
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    os.symlink("/etc/passwd", tmp_path / "logo.svg")

    with pytest.raises(PackError, match=r"logo\.svg is a link"):
        read_pack_at(tmp_path)


def test_bombs_are_refused() -> None:
    """A little that grows to much, by any packing: reading ends at the limit."""
    zeros = bytes(LARGEST_UNPACKED + 1)
    many = {f"{number}.txt": b"" for number in range(MOST_FILES + 1)}
    tar_of_zeros = gzip.compress(tarred({**FILES, "zeros.txt": zeros}, mode="w"))
    endless = gzip.compress(bytes(LARGEST_UNPACKED * 4))

    for bomb in (zipped({**FILES, "zeros.txt": zeros}), tar_of_zeros, endless):
        assert len(bomb) < 64 * 1024
        assert f"more than {LARGEST_UNPACKED} bytes" in refused(bomb)
    assert f"more than {MOST_FILES} files" in refused(zipped(many))
    assert f"{LARGEST_ARCHIVE} are the most" in refused(bytes(LARGEST_ARCHIVE + 1))


def test_a_zip_that_says_less_than_it_holds_is_refused() -> None:
    """No header's word is taken for a size."""
    archive = bytearray(zipped({**FILES, "zeros.txt": bytes(100_000)}))
    entry = archive.rindex(b"PK\x01\x02")
    archive[entry + 24 : entry + 28] = (10).to_bytes(4, "little")

    assert "damaged" in refused(bytes(archive))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("archive", "why"),
    [
        (b"", "this is none"),
        (b"%PDF-1.7", "this is none"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\x1f\x8b and no more", "damaged"),
        (zipped()[:-30], "damaged"),
        (zipped({"template.yaml": MANIFEST}), "no template.typ"),
        (zipped({"template.typ": b""}), "no template.yaml"),
        (zipped({**FILES, "plugin.wasm": b""}), "plugin.wasm: a pack has no such files"),
        (zipped({**FILES, "more.typ": b"\xff"}), "more.typ is not in UTF-8"),
        (zipped({**FILES, "template.yaml": b"[" * 9999}), "is no YAML"),
        (zipped({**FILES, "template.yaml": b"a: !!python/object:os.system {}"}), "is no YAML"),
        (zipped({**FILES, "template.yaml": bytes(20_000)}), "more than 16384 bytes"),
        (zipped({**FILES, "template.yaml": b"id: cairo"}), "version: Field required"),
        (zipped({**FILES, "template.yaml": MANIFEST + b"colour: red"}), "colour: Extra"),
        (
            zipped({**FILES, "template.yaml": MANIFEST.replace(b"[ar, en]", b"[en]")}),
            "in Arabic and English",
        ),
    ],
)
def test_what_is_no_pack_is_refused_with_its_reason(archive: bytes, why: str) -> None:
    """Whoever made it is told what to mend."""
    assert why in refused(archive)


@pytest.mark.parametrize(
    "line", ['#import "@preview/cetz:0.3.1": *', '#include "@local/own:1.0.0"']
)
def test_a_template_that_imports_a_package_is_refused(line: str) -> None:
    """Before anything is run: packages are somebody else's programs, from the network."""
    archive = zipped({**FILES, "parts.typ": f"\n{line}\n".encode()})

    assert "parts.typ:2: imports a package" in refused(archive)
