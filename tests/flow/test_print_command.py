"""`ijaza print`, on the OUT of a run and where no store is."""

import csv
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.flow.commandline import Call

pytestmark = pytest.mark.slow


def holders(out: Path) -> int:
    """How many hold a valid certificate."""
    with (out / "certificates.csv").open(newline="", encoding="utf-8-sig") as file:
        return sum(row["status"] == "valid" for row in csv.DictReader(file))


def test_an_office_has_all_pages_by_one_command(
    ijaza: Call, small_out: Path, tmp_path: Path
) -> None:
    """In one file or in volumes; the last line says how many they are."""
    graduates = holders(small_out)

    one = ijaza("print", "small-1", "--to", tmp_path / "one", "--out", small_out)
    volumes = ijaza("print", "small-1", "--to", tmp_path / "press", "--out", small_out, "--volumes")

    assert (volumes.code, one.code) == (0, 0), volumes.err + one.err
    count = f"{graduates} certificates, {graduates} pages in"
    assert " ".join(volumes.out.split()) == f"{count} 1 volumes: {tmp_path / 'press'}"
    assert " ".join(one.out.split()) == f"{count} one file: {tmp_path / 'one' / 'print.pdf'}"
    for path in (tmp_path / "press" / "print-001.pdf", tmp_path / "one" / "print.pdf"):
        assert len(PdfReader(path).pages) == graduates


def test_what_there_is_not_is_not_printed(ijaza: Call, small_out: Path, tmp_path: Path) -> None:
    """An edition that is not known, and a place without a store, in which none is made."""
    unknown = ijaza("print", "mg-9", "--to", tmp_path / "press", "--out", small_out)

    assert unknown.code == 3
    assert "no valid certificate of edition mg-9" in unknown.err
    assert not (tmp_path / "press").exists()


def test_no_store_is_made_to_print_from(
    ijaza: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stands in a wrong folder is told so."""
    monkeypatch.setenv("IJAZA_STORE_URL", f"sqlite:///{tmp_path / 'stores'}")

    nowhere = ijaza("print", "mg-4", "--to", tmp_path / "press")

    assert nowhere.code == 3
    assert "there is no store at" in nowhere.err
    assert not (tmp_path / "stores").exists()
