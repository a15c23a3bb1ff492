"""What `ijaza verify` says to files that are no certificates, whoever made them, and why."""

import json
import shutil
from pathlib import Path
from random import Random

import pytest

from tests.flow.commandline import Call
from tests.flow.test_verifying import certificates, rejected

GARBAGE = {
    "empty": b"",
    "zeros": b"\0" * 10_000,
    "bytes": Random("garbage").randbytes(10_000),
    "pdf-of-bytes": b"%PDF-1.7\n" + Random("pdf").randbytes(10_000),
    "pdf-of-nothing": b"%PDF-1.7\n%%EOF",
    "nested-lists": b"[" * 100_000,
    "nested-objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "nested-inside": b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "long-number": b'{"a":' + b"9" * 100_000 + b"}",
    "half-a-surrogate": b'{"type": "\\ud800"}',
    "utf-16": '{"type": []}'.encode("utf-16"),
    "not-a-credential": b'{"type": ["VerifiableCredential", "OpenBadgeCredential"]}',
    "33-mib-pdf": b"%PDF-1.7\n" + b"\0" * (33 << 20),
    "33-mib-json": b'{"a": "' + b"a" * (33 << 20) + b'"}',
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_rejected_with_a_message(
    name: str, governance: Path, tmp_path: Path, ijaza: Call
) -> None:
    """Whatever somebody sends: exit 1, a reason, and no traceback."""
    file = tmp_path / "certificate"
    file.write_bytes(GARBAGE[name])
    answer = ijaza("verify", file, "--did", governance / "issuer" / "did.json")

    rejected(answer, "")
    assert len(answer.out.splitlines()) >= 2


@pytest.mark.parametrize("name", [name for name in GARBAGE if not name.startswith("33")])
@pytest.mark.parametrize("option", ["--did", "--register", "--status"])
def test_garbage_beside_a_certificate_rejects_it(
    option: str, name: str, governance: Path, ijaza: Call, tmp_path: Path
) -> None:
    """What was given to hold it against has to hold itself."""
    file = shutil.copy(certificates(governance, "json")[0], tmp_path)
    garbage = tmp_path / "garbage"
    garbage.write_bytes(GARBAGE[name])
    did = [] if option == "--did" else ["--did", governance / "issuer" / "did.json"]

    rejected(ijaza("verify", file, *did, option, garbage), "")


def test_one_unreadable_file_hides_no_other(governance: Path, tmp_path: Path, ijaza: Call) -> None:
    """Exit 3, but every file that can be read has its verdict."""
    good = certificates(governance, "pdf")[0]
    bad = tmp_path / "certificate.json"
    bad.write_text("{}")
    did = governance / "issuer" / "did.json"
    files = [tmp_path / "missing.pdf", tmp_path, good, bad]
    told = ijaza("verify", *files, "--did", did)
    listed = json.loads(ijaza("verify", *files, "--did", did, "--json").out)

    assert told.code == 3
    assert "1 accepted, 1 rejected." in told.out
    assert f"UNUSABLE {tmp_path / 'missing.pdf'}" in told.err
    assert [each["accepted"] for each in listed] == [False, False, True, False]
    assert [each["error"] is None for each in listed] == [False, False, True, True]
