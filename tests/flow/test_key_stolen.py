"""A signing key was stolen: all that it signed is issued anew, and then it leaves did.json."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from ijaza_credential.documents.status_list import read_status_list

from tests.flow.commandline import Answer, Call
from tests.flow.conftest import EXAMPLES
from tests.flow.test_key_rotation import issued, signer

pytestmark = pytest.mark.slow

WHO = ("--actor", "staff-1")
REISSUE = ("keys", "reissue", "k1", *WHO, "--reason", "key-stolen", "--json")
RETIRE = ("keys", "retire", "k1", *WHO, "--compromised")


@pytest.fixture
def out(governance: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An OUT of its own, and keys of its own, which are the same ones."""
    monkeypatch.setenv("IJAZA_KEYS", str(shutil.copytree(keys, tmp_path / "keys")))
    return Path(shutil.copytree(governance, tmp_path / "out"))


def read(path: Path) -> Any:
    """A JSON file of OUT."""
    return json.loads(path.read_bytes())


def test_a_stolen_key_leaves_and_every_certificate_stands_without_it(
    ijaza: Call, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: what a key signed is handed out anew before the key leaves did.json."""
    monkeypatch.setenv("IJAZA_KEYS", str(tmp_path / "keys"))
    place = ("--out", str(out))
    given = {each: (out / row["pdf"]).read_bytes() for each, row in rows(out, "valid").items()}
    stolen = signer(out / "issuer" / "register.json")

    too_soon = ijaza(*REISSUE, *place)
    assert ijaza("keys", "rotate", *WHO, *place).code == 0
    refused = ijaza(*RETIRE, *place)
    first, again = ijaza(*REISSUE, *place), ijaza(*REISSUE, *place)
    retired = ijaza(*RETIRE, *place)
    played = ijaza("run", str(EXAMPLES / "mg-4"), *place)

    assert (too_soon.code, refused.code) == (3, 3)
    assert str(len(given)) in refused.err
    assert counted(first) == {"reissued": len(given), "skipped": {}}
    assert counted(again) == {"reissued": 0, "skipped": {"signed-by-another-key": len(given)}}
    assert (retired.code, played.code) == (0, 0), retired.err + played.err
    assert stolen not in (out / "issuer" / "did.json").read_text()
    valid, old = rows(out, "valid"), rows(out, "superseded")
    assert valid.keys() == given.keys()
    assert {each: (out / row["pdf"]).read_bytes() for each, row in old.items()} == given
    files = [str(out / row[kind]) for row in valid.values() for kind in ("pdf", "credential")]
    verified = ijaza("verify", *files)
    assert verified.code == 0, verified.out
    for serial, row in old.items():
        assert says(out / valid[serial]["credential"]) == says(out / row["credential"])
        assert is_set(out, row["credential"])
        assert not is_set(out, valid[serial]["credential"])
    assert ijaza("verify", str(out / next(iter(old.values()))["pdf"])).code == 1
    replayed = ijaza("replay", "credential", *place)
    assert replayed.code == 0, replayed.out
    audited = ijaza("audit", next(iter(valid)), *place)
    assert audited.code == 0
    assert "CertificateSuperseded  by staff-1  (key-stolen)" in audited.out


def rows(out: Path, status: str) -> dict[str, dict[str, str]]:
    """The rows of certificates.csv of one status, by serial."""
    return {row["serial"]: row for row in issued(out) if row["status"] == status}


def counted(answer: Answer) -> Any:
    """What a command printed, after what services log here, where nobody keeps them from it."""
    return json.loads(answer.out[answer.out.index("{") :])


def says(path: Path) -> str:
    """What a credential says of its holder; ids in it are those of its version."""
    return re.sub("urn:uuid:[0-9a-f-]{36}", "", json.dumps(read(path)["credentialSubject"]))


def is_set(out: Path, path: str) -> bool:
    """Whether a credential's place in its status list says that it holds no more."""
    status = read(out / path)["credentialStatus"]
    number = status["statusListCredential"].rpartition("/")[2].removesuffix(".json")
    statuses = read_status_list(read(out / "status" / f"{number}.json"))
    return statuses.is_set(int(status["statusListIndex"]))
