"""Valid certificates issued anew over HTTP: one, some, or all that a key signed."""

import shutil
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from ijaza_credential.main import Desk
from ijaza_local.operate.signing_keys import Deed, KeyOffice, signed_and_valid
from ijaza_runtime.access import Role
from ijaza_runtime.errors import Conflicting

from tests.unit.attendance.office import ACTOR, Office, code
from tests.unit.credential.graduates import (
    PATH,
    answer,
    graduated,
    named,
    of,
    person,
    seated,
    told,
)

DEED = Deed(actor="staff-1", at=datetime(2020, 6, 1, tzinfo=UTC))
AT = "2020-06-02T10:00:00Z"
HTML = {"Accept": "text/html"}
STOLEN = {"signed_by": "k1", "reason": "key-stolen"}


async def rotated(office: Office[Desk]) -> KeyOffice:
    """The next key signs from now on."""
    keys = KeyOffice(office.bus, office.parts.keys)
    await keys.rotate(DEED)
    return keys


async def anew(office: Office[Desk], body: object) -> Any:
    """Have certificates issued anew, and their documents made."""
    said = answer(await office.post(Role.OFFICE, f"{PATH}/reissues", body))
    await office.drain()
    return said


async def versions(office: Office[Desk], participant: str) -> list[dict[str, Any]]:
    """The certificates of a participant."""
    decision = answer(await office.get(Role.OFFICE, f"{person(participant)}/decision"))
    found: list[dict[str, Any]] = decision["certificates"]
    return found


async def signers(office: Office[Desk]) -> list[str]:
    """Who signed each valid certificate's files, by participant."""
    desk = office.service.desk
    found = []
    for _, state in await desk.commands.page("mg-4", "", 100):
        last = state.issued[state.last_version].credential_id
        found.append((await desk.documents.find([last]))[last].signed_by)
    return found


async def test_one_is_issued_anew(office: Office[Desk]) -> None:
    """The decision tells by whom and why; a wrong version or time again does nothing."""
    await graduated(office, {"p1": "Amina"})
    body = {"reason": "file-lost", "version": 1}

    said = answer(await office.post(Role.OFFICE, f"{person('p1')}/reissue", body))
    again = answer(await office.post(Role.OFFICE, f"{person('p1')}/reissue", body))

    first, second = said["certificates"]
    assert (first["status"], first["ended_by"], first["because"]) == (
        "superseded",
        ACTOR,
        ["file-lost"],
    )
    assert (second["status"], second["began"]) == ("valid", "reissued")
    assert again["certificates"] == said["certificates"]


async def test_all_that_a_key_signed_are_issued_anew_once(office: Office[Desk]) -> None:
    """The next key signs them; sent again, there is none of the old key left."""
    await graduated(office, {"p1": "Amina", "p2": "Basma"})
    keys = await rotated(office)
    _, new = await keys.listed()
    await told(office, named("p3", "Cala"), *of("p3", seated(3)))
    assert await signers(office) == ["", "", new.public_key]

    first = await anew(office, STOLEN)
    again = await anew(office, STOLEN)

    assert (first["reissued"], first["next"]) == (2, None)
    assert first["skipped"] == {"signed-by-another-key": 1}
    assert [each["version"] for each in first["answers"]] == [2, 2]
    assert (again["reissued"], again["answers"]) == (0, [])
    assert again["skipped"] == {"signed-by-another-key": 3}
    assert await signers(office) == [new.public_key] * 3
    assert len(await versions(office, "p3")) == 1


async def test_it_goes_on_page_by_page(
    office: Office[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request looks at some, and says where to go on."""
    await graduated(office, {"p1": "Amina", "p2": "Basma"})
    await rotated(office)
    reissuing = import_module("ijaza_credential.reissuing")
    monkeypatch.setattr(reissuing, "AT_ONCE", 1)
    monkeypatch.setattr(reissuing, "LOOKED_AT", 1)

    first = await anew(office, STOLEN)
    second = await anew(office, {**STOLEN, "after": first["next"]})
    last = await anew(office, {**STOLEN, "after": second["next"]})

    assert [each["reissued"] for each in (first, second, last)] == [1, 1, 0]
    assert (first["next"], second["next"], last["next"]) == ("p1", "p2", None)


async def test_what_waits_is_told_and_what_has_no_files_yet(office: Office[Desk]) -> None:
    """Neither hinders the others; both are found when the order is sent again."""
    await graduated(office, {"p1": "Amina", "p2": "Basma"}, on_change="propose")
    await rotated(office)
    await told(office, named("p1", "Amīna", 2))
    by_key = answer(await office.post(Role.OFFICE, f"{PATH}/reissues", STOLEN))
    too_early = answer(await office.post(Role.OFFICE, f"{PATH}/reissues", STOLEN))

    assert by_key["reissued"] == 1
    assert by_key["skipped"] == {"change-waits": 1}
    assert [each["outcome"] for each in by_key["answers"]] == ["refused", "reissued"]
    assert too_early["skipped"] == {"change-waits": 1, "documents-not-made": 1}
    assert too_early["reissued"] == 0


async def test_some_are_issued_anew_once_at_a_time(office: Office[Desk]) -> None:
    """Sent again with the same time nothing is done; who is not known hinders nobody."""
    await graduated(office, {"p1": "Amina", "p2": "Basma"})
    body = {"participants": ["p1", "nobody", "p1"], "reason": "template-fault", "at": AT}

    first = await anew(office, body)
    again = await anew(office, body)

    assert [each["outcome"] for each in first["answers"]] == ["reissued", "refused", "known"]
    assert first["skipped"] == {"participant-not-known": 1, "known": 1}
    assert again["reissued"] == 0
    assert [len(await versions(office, each)) for each in ("p1", "p2")] == [2, 1]


async def test_a_key_that_signs_or_is_not_known_is_refused(office: Office[Desk]) -> None:
    """It would sign what is issued anew, without end."""
    await graduated(office, {"p1": "Amina"})

    async def met(status: int, **changes: str) -> str:
        body = {**STOLEN, **changes}
        return code(await office.post(Role.OFFICE, f"{PATH}/reissues", body), status)

    assert await met(409) == "key-still-signs"
    assert await met(404, signed_by="k7") == "key-not-known"


async def test_a_process_without_the_next_key_issues_nothing_anew(
    office: Office[Desk], tmp_path: Path
) -> None:
    """The old one would sign here, or, once it is ended, none."""
    await graduated(office, {"p1": "Amina"})
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(office.parts.keys, elsewhere, ignore=shutil.ignore_patterns("elsewhere"))
    keys = KeyOffice(office.bus, elsewhere)
    await keys.rotate(DEED)

    response = await office.post(Role.OFFICE, f"{PATH}/reissues", STOLEN)
    assert code(response, 409) == "key-still-signs"

    await keys.retire("k1", DEED, compromised=False)
    response = await office.post(Role.OFFICE, f"{PATH}/reissues", STOLEN)
    assert code(response, 409) == "no-key-here"


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "x"},
        {"reason": "x", "signed_by": "k1", "participants": ["p1"], "at": AT},
        {"reason": "x", "participants": ["p1"]},
        {"reason": "Not a code", "signed_by": "k1"},
    ],
    ids=["nobody", "both", "no time", "no code"],
)
async def test_what_is_not_said_clearly_is_refused(office: Office[Desk], body: object) -> None:
    """422, and nothing is done."""
    response = await office.post(Role.OFFICE, f"{PATH}/reissues", body)

    assert response.status_code == 422


async def test_the_page_says_replaced_and_no_reason(office: Office[Desk]) -> None:
    """In both languages: the old version gave way to a newer one, and was not revoked."""
    await graduated(office, {"p1": "Amina"})
    said = await anew(office, {"participants": ["p1"], "reason": "file-lost", "at": AT})
    (serial,) = (each["serial"] for each in said["answers"])

    pages = {
        language: (await office.http.get(f"/v/{serial}/1?lang={language}", headers=HTML)).text
        for language in ("en", "ar")
    }

    assert "Replaced" in pages["en"]
    assert "استُبدلت" in pages["ar"]
    assert all("file-lost" not in page for page in pages.values())
    assert f"/v/{serial}/2" in pages["en"]


async def test_a_stolen_key_leaves_when_nothing_valid_stands_on_it(office: Office[Desk]) -> None:
    """Before, retiring it would reject every certificate: the refusal says how many."""
    await graduated(office, {"p1": "Amina", "p2": "Basma"})
    keys = await rotated(office)
    with pytest.raises(Conflicting, match="k1 signed: 2"):
        await keys.retire("k1", DEED, compromised=True)

    await anew(office, STOLEN)

    assert await signed_and_valid(office.bus, "") == 0
    assert (await keys.retire("k1", DEED, compromised=True)).state == "compromised"


async def test_who_insists_ends_a_key_at_once(office: Office[Desk]) -> None:
    """Minutes can count for more."""
    await graduated(office, {"p1": "Amina"})
    keys = await rotated(office)

    retired = await keys.retire("k1", DEED, compromised=True, anyway=True)

    assert retired.state == "compromised"
