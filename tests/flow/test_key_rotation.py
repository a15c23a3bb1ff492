"""Rotating the key that signs: what was signed stays valid, and nothing is signed again."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.flow.commandline import Call
from tests.flow.conftest import EXAMPLES
from tests.flow.test_later_runs import a_holder, append, certificates

pytestmark = pytest.mark.slow


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """Files that a test may add to."""
    return Path(shutil.copytree(EXAMPLES / "mg-4", tmp_path / "mg-4"))


@pytest.fixture
def out(governance: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An OUT of its own, and keys of its own, which are the same ones."""
    monkeypatch.setenv("IJAZA_KEYS", str(shutil.copytree(keys, tmp_path / "keys")))
    return Path(shutil.copytree(governance, tmp_path / "out"))


def issued(out: Path) -> list[dict[str, str]]:
    """The rows of certificates.csv."""
    with (out / "certificates.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def signer(path: Path) -> str:
    """The public key that a signed file names."""
    return str(json.loads(path.read_bytes())["proof"]["verificationMethod"].partition("#")[2])


def test_what_both_keys_signed_is_accepted_and_a_replay_finds_it_again(
    ijaza: Call, edition: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: old certificates keep their bytes; a new one, register and lists bear the new key."""
    monkeypatch.setenv("IJAZA_KEYS", str(tmp_path / "keys"))
    before = {path.name: path.read_bytes() for path in (out / "certificates").iterdir()}
    holder = a_holder(out)
    append(
        edition, "corrections.csv", kind="rename", participant=holder, target="name_en",
        value="Another Name", actor="staff-1", at="2020-05-03T10:00:00Z",
    )  # fmt: skip

    rotated = ijaza("keys", "rotate", "--out", str(out), "--actor", "staff-1", "--json")
    played = ijaza("run", str(edition), "--out", str(out))

    assert (rotated.code, played.code) == (0, 0), rotated.err + played.err
    (new,) = json.loads(rotated.out)
    old, current = sorted(certificates(out, holder), key=lambda row: row["status"])
    assert (old["status"], current["status"]) == ("superseded", "valid")
    listed = json.loads((out / "issuer" / "did.json").read_bytes())["assertionMethod"]
    assert len(listed) == 4  # each as Multikey and as JsonWebKey
    assert signer(out / current["credential"]) == new["public_key"]
    assert signer(out / old["credential"]) != new["public_key"]
    assert signer(out / "issuer" / "register.json") == new["public_key"]
    unchanged = [path for path in (out / "certificates").iterdir() if path.name in before]
    assert sum(path.read_bytes() == before[path.name] for path in unchanged) == len(before) - 2
    valid = sorted({row["pdf"] for row in issued(out) if row["status"] == "valid"})
    verified = ijaza("verify", *(str(out / each) for each in valid))
    assert verified.code == 0, verified.out
    replayed = ijaza("replay", "credential", "--out", str(out))
    assert replayed.code == 0, replayed.out
    assert ijaza("audit", current["serial"], "--out", str(out)).code == 0


def test_a_compromised_key_is_listed_no_more(
    ijaza: Call, edition: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it signed is rejected from then on, so it takes insistence; the last cannot be ended."""
    monkeypatch.setenv("IJAZA_KEYS", str(tmp_path / "keys"))
    place = ("--out", str(out), "--actor", "staff-1")
    assert ijaza("keys", "retire", "k1", "--compromised", *place).code == 3
    assert ijaza("keys", "rotate", *place).code == 0
    assert ijaza("keys", "retire", "k1", "--compromised", *place).code == 3
    stolen = ("keys", "retire", "k1", "--compromised", "--anyway", "--reason", "stolen")
    retired = ijaza(*stolen, *place)
    assert ijaza("keys", "retire", "k2", *place).code == 3
    assert ijaza("run", str(edition), "--out", str(out)).code == 0

    valid = next(row["pdf"] for row in issued(out) if row["status"] == "valid")
    verified = ijaza("verify", str(out / valid))

    assert retired.code == 0
    assert "compromised" in ijaza("keys", "list", "--out", str(out)).out
    assert len(json.loads((out / "issuer" / "did.json").read_bytes())["assertionMethod"]) == 2
    assert verified.code == 1
    assert "does not list the key" in verified.out
