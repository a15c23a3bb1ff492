"""Every certificate of an edition, put to two verifiers that we did not write.

Digital Bazaar's libraries and `openbadgeslib` resolve the DID, check the proof, the dates, and the
bit in the published status list. Digital Bazaar checks the list's own proof too; `openbadgeslib`
does so for lists in JWT alone.
"""

import asyncio
import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ijaza_credential.documents.credential import serialise_credential
from ijaza_credential.documents.key_folder import first_key
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.documents.proof import sign
from ijaza_credential.documents.status_list import (
    LIST_BITS,
    StatusList,
    build_status_list_credential,
)
from ijaza_local.play.run import run_edition
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from tests.thirdparty.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("edition-verified")]

DigitalBazaar = Callable[..., subprocess.CompletedProcess[str]]
Credential = dict[str, Any]
LATER = """\
rename,A001,name_en,Another Spelling,office-2,Spelling of the passport,2020-05-03T10:00
withdraw,A003,,,office-1,Gave it back,2020-05-03T10:00
annul,A004,m1/1,,office-1,Somebody else sat the test,2020-05-03T10:00
"""
"""What becomes known after the ceremony: a name, somebody who withdraws, an attempt that falls."""


@dataclass(frozen=True)
class Played:
    """What an issuer published, and the credentials that stand and that do not, by file name."""

    out: Path
    key: IssuerKey
    valid: dict[str, Credential]
    ended: dict[str, Credential]

    @property
    def all(self) -> dict[str, Credential]:
        """Both."""
        return {**self.valid, **self.ended}

    @property
    def lists(self) -> list[Path]:
        """The status lists as published."""
        return sorted((self.out / "status").iterdir())


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The Certificate in Migration Governance, with corrections after the ceremony."""
    folder = tmp_path_factory.mktemp("third-party")
    edition, out, keys = (folder / name for name in ("edition", "out", "keys"))
    shutil.copytree(ROOT / "examples" / "mg-4", edition)
    asyncio.run(run_edition(edition, out, keys=keys))
    with (edition / "corrections.csv").open("a", encoding="utf-8") as corrections:
        corrections.write(LATER)
    asyncio.run(run_edition(edition, out, keys=keys))
    by_status: dict[bool, dict[str, Credential]] = {True: {}, False: {}}
    with (out / "certificates.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            stands = row["status"] == "valid"
            by_status[stands][Path(row["credential"]).name] = json.loads(
                (out / row["credential"]).read_bytes()
            )
    return Played(out, first_key(keys), by_status[True], by_status[False])


Verdicts = Callable[..., dict[str, bool]]


@pytest.fixture(params=["digital-bazaar", "openbadgeslib"])
def verdicts(request: pytest.FixtureRequest, played: Played, tmp_path: Path) -> Verdicts:
    """Asks one of the verifiers: whether it accepts each credential, by its file name."""
    by_name = {"digital-bazaar": _digital_bazaar, "openbadgeslib": _openbadgeslib}
    ask = by_name[request.param]

    def asked(
        credentials: dict[str, Credential], lists: list[Path] | None = None
    ) -> dict[str, bool]:
        files = []
        for name, credential in credentials.items():
            files.append(tmp_path / name)
            files[-1].write_bytes(serialise_credential(credential))
        return ask(request, played.out / "issuer" / "did.json", lists or played.lists, files)

    return asked


def _digital_bazaar(
    request: pytest.FixtureRequest, did: Path, lists: list[Path], files: list[Path]
) -> dict[str, bool]:
    done = request.getfixturevalue("digital_bazaar")(did, *lists, "--", *files)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == len(files), done.stderr
    return {Path(each["file"]).name: each["verified"] and not each["revoked"] for each in told}


def _openbadgeslib(
    _: pytest.FixtureRequest, did: Path, lists: list[Path], files: list[Path]
) -> dict[str, bool]:
    site = {json.loads(each.read_bytes())["id"]: each.read_bytes() for each in lists}
    host = json.loads(did.read_bytes())["id"].removeprefix("did:web:")
    site[f"https://{host}/.well-known/did.json"] = did.read_bytes()

    def accepts(file: Path) -> bool:
        try:
            OB3LdpVerifier().verify(
                file.read_bytes(),
                check_status=True,
                verify_status_list=False,
                download=lambda url, *_, **__: site[url],
            )
        except OB3VerificationError:
            return False
        return True

    return {file.name: accepts(file) for file in files}


def better_score(credential: Credential) -> None:
    """Where there is a score, 99."""
    for result in credential["credentialSubject"]["result"]:
        result["value"] = "99"


def other_name(credential: Credential) -> None:
    """Somebody else's certificate with my name on it."""
    for identity in credential["credentialSubject"]["identifier"]:
        identity["identityHash"] = "Somebody Else"


def other_bit(credential: Credential) -> None:
    """A place in the list that nobody's certificate has."""
    status = credential["credentialStatus"]
    status["statusListIndex"] = str((int(status["statusListIndex"]) + 1) % LIST_BITS)


def other_time(credential: Credential) -> None:
    """Another time of signing."""
    credential["proof"]["created"] = "2019-01-01T00:00:00Z"


def dated(credential: Credential, key: IssuerKey, until: str) -> Credential:
    """The same credential as the issuer would sign it with an end."""
    unsigned = {name: value for name, value in credential.items() if name != "proof"}
    at = datetime.fromisoformat(credential["proof"]["created"])
    return sign({**unsigned, "validUntil": until}, key, at)


def test_there_is_something_to_judge(played: Played) -> None:
    """Most stand; one is superseded, one is given back, one fell."""
    assert len(played.valid) >= 20
    assert len(played.ended) == 3


def test_what_stands_is_accepted_and_what_does_not_is_not(
    verdicts: Verdicts, played: Played
) -> None:
    """By the lists as they are published."""
    assert verdicts(played.all) == {name: name in played.valid for name in played.all}


@pytest.mark.parametrize("alter", [better_score, other_name, other_bit, other_time])
def test_none_is_accepted_that_was_altered(
    verdicts: Verdicts, played: Played, alter: Callable[[Credential], None]
) -> None:
    """Whatever was altered: a value, the status entry, the proof's own words."""
    altered = deepcopy(played.all)
    for credential in altered.values():
        alter(credential)

    assert not any(verdicts(altered).values())


def test_none_is_accepted_once_all_are_revoked(
    verdicts: Verdicts, played: Played, tmp_path: Path
) -> None:
    """Every bit of every list is set, and its index read as we write it."""
    lists = []
    for published in played.lists:
        host = json.loads(published.read_bytes())["issuer"].removeprefix("did:web:")
        revoked = build_status_list_credential(
            StatusList.of(
                int(each["credentialStatus"]["statusListIndex"]) for each in played.all.values()
            ),
            did_host=host,
            edition="mg-4",
            number=int(published.stem),
            updated=datetime(2020, 6, 1, tzinfo=UTC),
            key=played.key,
        )
        lists.append(tmp_path / f"list-{published.name}")
        lists[-1].write_bytes(serialise_credential(revoked))

    assert not any(verdicts(played.all, lists).values())


@pytest.mark.parametrize(("until", "accepted"), [("2020-12-31", False), ("2199-12-31", True)])
def test_none_is_accepted_that_has_expired(
    verdicts: Verdicts, played: Played, until: str, accepted: bool
) -> None:
    """Our certificates have no end; one that is given an end is judged by it, and else stands."""
    ended = {
        name: dated(each, played.key, f"{until}T00:00:00Z") for name, each in played.valid.items()
    }

    assert set(verdicts(ended).values()) == {accepted}
