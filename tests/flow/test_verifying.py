"""What `ijaza verify` accepts and rejects of the certificates of a whole edition."""

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ijaza_credential.documents.verify import Evidence, gather_evidence, verify_file

from tests.flow.commandline import Answer, Call
from tests.flow.conftest import EXAMPLES, Play
from tests.flow.test_later_runs import append

LATER = "2020-05-03T10:00:00Z"
CHANGES = 300
"""Bytes that are changed, one at a time, in each of the two files of a certificate."""


def certificates(out: Path, kind: str) -> list[Path]:
    """The certificates of an OUT in one form."""
    return sorted(out.glob(f"certificates/*.{kind}"))


def evidence_of(out: Path) -> Evidence:
    """Everything that the issuer publishes."""
    return gather_evidence(
        (out / "issuer" / "did.json").read_bytes(),
        (out / "issuer" / "register.json").read_bytes(),
        [path.read_bytes() for path in out.glob("status/*.json")],
    )


@pytest.fixture
def lone(governance: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A certificate in a folder without anything else, in the form that is asked for."""

    def copied(kind: str) -> Path:
        original = certificates(governance, kind)[0]
        return Path(shutil.copy(original, tmp_path / f"certificate.{kind}"))

    return copied


@pytest.fixture(scope="module")
def changed(
    governance: Path, play: Play, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Path]]:
    """After a second run: a revoked, a superseded and a valid certificate, as PDF and JSON.

    The fourth is what took the place of the superseded one.
    """
    folder = tmp_path_factory.mktemp("changed")
    out = Path(shutil.copytree(governance, folder / "out"))
    edition = Path(shutil.copytree(EXAMPLES / "mg-4", folder / "edition"))
    renamed, leaving, staying = (row["participant"] for row in held(out)[:3])
    correction = {"actor": "staff-1", "at": LATER}
    append(
        edition,
        "corrections.csv",
        kind="rename",
        participant=renamed,
        target="name_en",
        value="Another Spelling",
        **correction,
    )
    append(edition, "corrections.csv", kind="withdraw", participant=leaving, **correction)
    play(edition, out)
    by_status = {
        (row["participant"], row["status"]): {
            "pdf": out / row["pdf"],
            "json": out / row["credential"],
        }
        for row in held(out)
    }
    return {
        "superseded": by_status[renamed, "superseded"],
        "successor": by_status[renamed, "valid"],
        "revoked": by_status[leaving, "revoked"],
        "valid": by_status[staying, "valid"],
    }


def held(out: Path) -> list[dict[str, str]]:
    """The rows of certificates.csv."""
    with (out / "certificates.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rejected(answer: Answer, reason: str) -> None:
    """Exit 1, and the reason."""
    assert answer.code == 1
    assert "REJECTED" in answer.out
    assert reason in answer.out


def test_every_certificate_of_an_edition_is_accepted(governance: Path, ijaza: Call) -> None:
    """All checks pass for every PDF and every JSON, with what lies beside them."""
    files = certificates(governance, "pdf") + certificates(governance, "json")
    answer = ijaza("verify", *files, "--json")
    verdicts = json.loads(answer.out)

    assert (answer.code, answer.err) == (0, "")
    assert len(verdicts) == 46
    for verdict in verdicts:
        assert verdict["accepted"], verdict
        assert {check["outcome"] for check in verdict["checks"]} == {"passed"}
        assert Path(verdict["file"]).stem == verdict["serial"]


def test_what_a_person_reads_of_an_accepted_file(governance: Path, ijaza: Call) -> None:
    """Serial, holder and issuer to compare with the paper; and where trust begins."""
    file = certificates(governance, "pdf")[0]
    answer = ijaza("verify", file)
    own = ijaza("verify", file, "--did", governance / "issuer" / "did.json")

    assert f"accepted {file}" in answer.out
    assert file.stem in answer.out
    assert "Certificate in Migration Governance" in answer.out
    assert "give with --did the one from the issuer's own site" in answer.err
    assert (own.code, own.err) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_with_the_register_every_changed_byte_is_rejected(kind: str, governance: Path) -> None:
    """At the two ends and at any place between."""
    file = certificates(governance, kind)[-1]
    content, evidence = file.read_bytes(), evidence_of(governance)
    chance = Random(f"changes of {kind}")
    places = [0, 1, len(content) - 2, len(content) - 1]
    places += [chance.randrange(len(content)) for _ in range(CHANGES)]

    assert verify_file(content, evidence).accepted
    for place in places:
        byte = content[place] ^ chance.randrange(1, 256)
        forged = content[:place] + bytes([byte]) + content[place + 1 :]
        assert not verify_file(forged, evidence).accepted, f"byte {place}"


@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_with_the_register_nothing_can_be_cut_off_or_added(kind: str, governance: Path) -> None:
    """Not even a blank at the end."""
    file = certificates(governance, kind)[0]
    content, evidence = file.read_bytes(), evidence_of(governance)
    half = len(content) // 2

    for forged in (
        content[:-1],
        content[:half],
        content[1:],
        b"",
        content + b"\n",
        content + b"\0" * 1000,
        b"\n" + content,
        content + content,
        content[:half] + b" " + content[half:],
        content[:half] + content[half + 1 :],
    ):
        assert not verify_file(forged, evidence).accepted


def test_the_name_of_a_file_says_nothing(governance: Path, ijaza: Call, tmp_path: Path) -> None:
    """A certificate under another's name is still whose it is, and the verdict shows the serial."""
    one, other = certificates(governance, "pdf")[:2]
    renamed = Path(shutil.copy(one, tmp_path / other.name))
    answer = ijaza("verify", renamed, "--did", governance / "issuer" / "did.json")

    assert one.stem in answer.out


@pytest.mark.parametrize(
    ("kind", "proven"),
    [
        ("pdf", "only the attached credential is proven, not the printed page"),
        ("json", "the signed values are proven, not every byte of the file"),
    ],
)
def test_a_lone_file_says_what_it_proves(
    kind: str, proven: str, lone: Callable[[str], Path], governance: Path, ijaza: Call
) -> None:
    """With the issuer's keys alone it is accepted, and says what was not looked at."""
    answer = ijaza("verify", lone(kind), "--did", governance / "issuer" / "did.json")

    assert answer.code == 0
    assert proven in answer.out
    assert "status list https://certificates.example.org/" in answer.out
    assert "was not given" in answer.out


def test_one_folder_to_hand_on(governance: Path, tmp_path: Path, ijaza: Call) -> None:
    """A certificate with issuer/ and status/ beside it proves itself wherever it lies."""
    for name in ("issuer", "status"):
        shutil.copytree(governance / name, tmp_path / name)
    file = shutil.copy(certificates(governance, "pdf")[0], tmp_path)
    (verdict,) = json.loads(ijaza("verify", file, "--json").out)

    assert {check["outcome"] for check in verdict["checks"]} == {"passed"}


def test_a_file_with_nothing_beside_it(lone: Callable[[str], Path], ijaza: Call) -> None:
    """Exit 3: without the issuer's keys nothing can be said."""
    answer = ijaza("verify", lone("pdf"))

    assert (answer.code, answer.out) == (3, "")
    assert "give the issuer's with --did" in answer.err


def values(tree: Any, path: Sequence[str | int] = ()) -> list[Sequence[str | int]]:
    """The paths to every value of a JSON tree."""
    if isinstance(tree, dict):
        return [each for key in tree for each in values(tree[key], [*path, key])]
    if isinstance(tree, list):
        return [each for place, one in enumerate(tree) for each in values(one, [*path, place])]
    return [path]


@pytest.mark.slow
def test_a_lone_json_with_any_changed_value_is_rejected(
    lone: Callable[[str], Path], governance: Path
) -> None:
    """Every value is signed, the proof's own too; adding one or taking one out is noticed."""
    original = json.loads(lone("json").read_text(encoding="utf-8"))
    evidence = gather_evidence((governance / "issuer" / "did.json").read_bytes())

    def accepted(path: Sequence[str | int], change: Callable[[Any, Any], None]) -> bool:
        credential = json.loads(json.dumps(original))
        place = credential
        for step in path[:-1]:
            place = place[step]
        change(place, path[-1])
        return verify_file(json.dumps(credential).encode(), evidence).accepted

    def altered(place: Any, step: Any) -> None:
        value = place[step]
        place[step] = f"{value}x" if isinstance(value, str) else not value

    def removed(place: Any, step: Any) -> None:
        del place[step]

    def added(place: Any, _step: Any) -> None:
        if isinstance(place, dict):
            place["holder"] = "Somebody Else"
        else:
            place.append("Somebody Else")

    assert verify_file(json.dumps(original).encode(), evidence).accepted
    for change in (altered, removed, added):
        assert [path for path in values(original) if accepted(path, change)] == []


def test_a_foreign_did_document_rejects(governance: Path, tmp_path: Path, ijaza: Call) -> None:
    """The keys of another issuer, or another key under the issuer's name, prove nothing."""
    file = certificates(governance, "json")[0]
    did = json.loads((governance / "issuer" / "did.json").read_text())
    text = json.dumps(did)
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text(text.replace("certificates.example.org", "other.example.org"))
    unlisted = tmp_path / "unlisted.json"
    unlisted.write_text(json.dumps({**did, "assertionMethod": []}))

    rejected(ijaza("verify", file, "--did", elsewhere), "the DID document is that of")
    rejected(ijaza("verify", file, "--did", unlisted), "does not list the key")
    rejected(ijaza("verify", file, "--did", file), "the DID document is that of")


def test_the_status_list_of_another_is_not_taken(
    governance: Path, small_out: Path, lone: Callable[[str], Path], ijaza: Call
) -> None:
    """A list that is not the credential's own says nothing about it, and the verdict says so."""
    did = governance / "issuer" / "did.json"
    (other,) = small_out.glob("status/*.json")
    answer = ijaza("verify", lone("json"), "--did", did, "--status", other)

    assert answer.code == 0
    assert "was not given" in answer.out


def test_an_altered_status_list_rejects(
    governance: Path, tmp_path: Path, lone: Callable[[str], Path], ijaza: Call
) -> None:
    """A list that was given has to hold."""
    (original,) = governance.glob("status/*.json")
    altered = tmp_path / "altered.json"
    altered.write_text(original.read_text().replace("2020-", "2021-"))
    did = governance / "issuer" / "did.json"

    rejected(
        ijaza("verify", lone("json"), "--did", did, "--status", altered),
        "a status list does not hold",
    )


@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_an_altered_register_rejects(
    kind: str, governance: Path, tmp_path: Path, lone: Callable[[str], Path], ijaza: Call
) -> None:
    """One that was changed, one of another edition, one that is none."""
    original = governance / "issuer" / "register.json"
    altered = tmp_path / "altered.json"
    altered.write_text(original.read_text().replace('"valid"', '"revoked"', 1))
    given = ["verify", lone(kind), "--did", governance / "issuer" / "did.json", "--register"]

    assert ijaza(*given, original).code == 0
    rejected(ijaza(*given, altered), "the register does not hold")
    rejected(ijaza(*given, EXAMPLES / "mg-4" / "edition.yaml"), "the register does not hold")


@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_the_register_of_another_edition_does_not_know_it(
    kind: str, governance: Path, small_out: Path, lone: Callable[[str], Path], ijaza: Call
) -> None:
    """Although the same issuer signed it."""
    did = governance / "issuer" / "did.json"
    other = small_out / "issuer" / "register.json"

    rejected(
        ijaza("verify", lone(kind), "--did", did, "--register", other),
        "the register does not know",
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_what_no_longer_stands_is_rejected(
    kind: str, changed: dict[str, dict[str, Path]], ijaza: Call
) -> None:
    """By the register, with the reason; what took its place stands, and so does anybody else's."""
    for status in ("superseded", "revoked"):
        rejected(ijaza("verify", changed[status][kind]), f"the register says: {status}")
    for status in ("successor", "valid"):
        assert ijaza("verify", changed[status][kind]).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pdf", "json"])
@pytest.mark.parametrize("status", ["superseded", "revoked"])
def test_the_status_list_alone_rejects_what_no_longer_stands(
    kind: str, status: str, changed: dict[str, dict[str, Path]], tmp_path: Path, ijaza: Call
) -> None:
    """Whoever has no register still learns it, and everybody else's certificate stands."""
    out = changed["valid"]["pdf"].parents[1]
    lists = [part for path in sorted(out.glob("status/*.json")) for part in ("--status", path)]
    given = ["--did", out / "issuer" / "did.json", *lists]
    gone, valid = (
        shutil.copy(changed[which][kind], tmp_path / f"{which}.{kind}")
        for which in (status, "valid")
    )

    rejected(ijaza("verify", gone, *given), "its status list says that it no longer stands")
    assert ijaza("verify", valid, *given).code == 0
