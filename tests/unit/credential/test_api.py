"""Credential over HTTP, on a bus and a store in memory."""

from typing import Any

import pytest
from ijaza_credential.main import Desk
from ijaza_runtime.access import Role

from tests.unit.attendance.office import ACTOR, Office, code
from tests.unit.credential.given import (
    EDITION,
    PARTICIPANT,
    closed,
    everything,
    failed,
    published,
    recorded,
)
from tests.unit.credential.graduates import answer, told

PERSON = f"/v1/editions/{EDITION}/participants/{PARTICIPANT}"
APPROVALS = f"/v1/editions/{EDITION}/approvals"
APPROVAL = {"participant": PARTICIPANT, "at": "2020-04-18T11:00:00.5+02:00"}


async def graduated(office: Office[Desk], **changes: Any) -> None:
    """Somebody met every requirement of the edition, with changes, and it was closed."""
    await told(office, published(**changes), recorded(), *everything())
    await told(office, closed())


async def decision(office: Office[Desk], **query: str) -> Any:
    """The decision as an auditor reads it."""
    return answer(await office.get(Role.AUDITOR, f"{PERSON}/decision", **query))


async def test_a_decision_is_explained_with_numbers_rules_and_evidence(
    office: Office[Desk],
) -> None:
    """As of a time that the request gives: two weeks of one module are still to come."""
    *most, _ = everything()
    await told(office, published(), recorded(), *most)

    said = await decision(office, at="2019-12-20T00:00:00Z")

    assert said["as_of"] == "2019-12-20T00:00:00Z"
    assert (said["eligible"], said["award"], said["serial"]) == (False, "", None)
    (prospect,) = said["prospects"]
    assert (prospect["certificate"], prospect["standing"]) == ("certificate", "not yet met")
    by_name = {each["criterion"]: each for each in prospect["criteria"]}
    hours = by_name["attendance:m1"]
    assert (hours["needed_seconds"], hours["attended_seconds"]) == (46_800, 57_600)
    assert hours["rule"]["en"].startswith("Attends at least 80 % and at least 13 h")
    test = by_name["test:m2"]
    assert (test["standing"], test["attempts_left"]) == ("not yet met", 2)
    assert by_name["taking-part"]["evidence"] == [everything()[0].id]


async def test_a_decision_lists_certificates_and_what_is_proposed(office: Office[Desk]) -> None:
    """The names before and after are for those who approve."""
    await graduated(office, on_change="propose", approvers=2)
    await told(office, recorded("Amina Farouq", version=2))

    said = await decision(office)

    (certificate,) = said["certificates"]
    assert (certificate["version"], certificate["status"]) == (1, "valid")
    assert said["proposal"]["kind"] == "supersede"
    assert said["proposal"]["because"] == ["name"]
    assert said["proposal"]["holder_before"]["name_en"] == "Amina Farouk"
    assert said["proposal"]["holder_after"]["name_en"] == "Amina Farouq"
    assert (said["proposal"]["approved_by"], said["proposal"]["approvals_needed"]) == ([], 2)


async def test_eligibility_is_listed_page_by_page(office: Office[Desk]) -> None:
    """The last page says that there is no other."""
    others = [each.model_copy(update={"participant": "p2"}) for each in everything()[:2]]
    await told(office, published(), *everything(), *others)
    path = f"/v1/editions/{EDITION}/eligibility"

    first = answer(await office.get(Role.OFFICE, path, limit=1))
    second = answer(await office.get(Role.OFFICE, path, limit=1, after=first["next"]))
    third = answer(await office.get(Role.OFFICE, path, limit=1, after=second["next"]))

    assert [each["eligible"] for each in (*first["rows"], *second["rows"])] == [True, False]
    assert second["rows"][0]["missing"][0] == "attendance:m1"
    assert (third["rows"], third["next"]) == ([], None)


async def test_approvals_are_recorded_once_each_and_issue_certificates(
    office: Office[Desk],
) -> None:
    """Of a batch, what is refused hinders nothing else."""
    await graduated(office, issue="on_approval")
    batch = {"approvals": [APPROVAL, {"participant": "nobody"}, APPROVAL]}

    first = answer(await office.post(Role.APPROVER, APPROVALS, batch))["answers"]
    second = answer(await office.post(Role.APPROVER, APPROVALS, {"approvals": [APPROVAL]}))

    assert [each["outcome"] for each in first] == ["recorded", "refused", "known"]
    assert first[1]["code"] == "participant-not-known"
    assert second["answers"][0]["outcome"] == "known"
    (certificate,) = (await decision(office))["certificates"]
    assert certificate["issued_at"] == "2020-04-18T09:00:00Z"


async def test_an_approval_says_who_gave_it(office: Office[Desk]) -> None:
    """The actor is whom the token names, never what the body says."""
    await graduated(office, issue="on_approval", approvers=2)

    await office.post(Role.APPROVER, APPROVALS, {"approvals": [APPROVAL]})

    assert (await decision(office))["proposal"]["approved_by"] == [ACTOR]


async def test_an_officer_revokes_and_reinstates(office: Office[Desk]) -> None:
    """The new credential follows the revoked one under the same serial."""
    await graduated(office)
    reason = {"reason": "identity-in-doubt", "at": "2020-05-02T10:00:00Z"}

    revoked = answer(await office.post(Role.OFFICE, f"{PERSON}/revocation", reason))
    again = answer(await office.post(Role.OFFICE, f"{PERSON}/reinstatement", {}))

    assert [each["status"] for each in revoked["certificates"]] == ["revoked"]
    assert [each["status"] for each in again["certificates"]] == ["revoked", "valid"]
    assert again["certificates"][1]["predecessor"] == revoked["certificates"][0]["credential_id"]
    assert again["serial"] == revoked["serial"]


async def test_anybody_can_ask_whether_a_serial_holds(office: Office[Desk]) -> None:
    """However it is typed; nothing names the holder."""
    await graduated(office)
    serial = (await decision(office))["serial"]
    typed = serial.lower().replace("-", " ")

    response = await office.http.get(f"/v1/certificates/{typed}")

    said = answer(response)
    assert (said["serial"], said["status"], said["kind"]) == (serial, "valid", "completion")
    assert (said["title"]["en"], said["issued_on"]) == ("Certificate", "2020-04-17")
    assert PARTICIPANT not in response.text
    assert "Amina" not in response.text


async def test_a_revoked_serial_is_said_to_be_revoked(office: Office[Desk]) -> None:
    """Nothing that was issued is ever deleted."""
    await graduated(office)
    serial = (await decision(office))["serial"]
    await told(office, failed("m1", facts=2))

    said = answer(await office.http.get(f"/v1/certificates/{serial}"))

    assert said["status"] == "revoked"
    assert said["versions"][0]["ended_on"] == "2020-04-17"


@pytest.mark.parametrize("serial", ["4TG9-0ZC2-M7QW", "no serial"])
async def test_an_unknown_serial_is_not_known(office: Office[Desk], serial: str) -> None:
    """Whether it was never given or cannot be one."""
    assert code(await office.http.get(f"/v1/certificates/{serial}"), 404) == "serial-not-known"


async def test_who_is_not_known_has_no_decision(office: Office[Desk]) -> None:
    """The edition is asked for first."""
    assert code(await office.get(Role.OFFICE, f"{PERSON}/decision"), 404) == "edition-not-known"
    await told(office, published())
    assert code(await office.get(Role.OFFICE, f"{PERSON}/decision"), 404) == "participant-not-known"


@pytest.mark.parametrize(
    ("role", "path", "body"),
    [
        (Role.OFFICE, APPROVALS, {"approvals": [APPROVAL]}),
        (Role.APPROVER, f"{PERSON}/revocation", {"reason": "doubt"}),
        (Role.APPROVER, f"{PERSON}/reinstatement", {}),
    ],
)
async def test_each_order_is_somebodys(
    office: Office[Desk], role: Role, path: str, body: object
) -> None:
    """Who approves does not revoke, and the office does not approve."""
    assert code(await office.post(role, path, body), 403) == "role-missing"


async def test_a_reason_is_a_code(office: Office[Desk]) -> None:
    """It is published: it must have no room for a name."""
    await graduated(office)
    body = {"reason": "Amina Farouk cheated"}

    response = await office.post(Role.OFFICE, f"{PERSON}/revocation", body)

    assert code(response, 422) == "invalid-request"


async def test_a_door_reads_no_decisions(office: Office[Desk]) -> None:
    """What is said of a participant is for staff who need it."""
    assert code(await office.get(Role.DOOR, f"{PERSON}/decision"), 403) == "role-missing"
