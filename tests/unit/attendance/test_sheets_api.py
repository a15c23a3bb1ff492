"""Sheets over HTTP: whole, in parts, and refused."""

import asyncio
import csv
import io
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from ijaza_attendance.main import Desk
from ijaza_attendance.press import AT_ONCE, WAITING, Press
from ijaza_contracts.enrollment import PersonRecorded
from ijaza_contracts.topics import PEOPLE as PEOPLE_TOPIC
from ijaza_runtime.access import Role
from ijaza_runtime.bus import Record
from ijaza_runtime.errors import TooMany

from tests.unit.attendance.doors import OF_EDITION, PEOPLE, UNTIL, at_the_door, person
from tests.unit.attendance.given import EDITION, PUBLISHED_AT, at, scan, selected
from tests.unit.attendance.office import Office, code

SESSION = f"{OF_EDITION}/sessions/s1/sheet"
MODULE = f"{OF_EDITION}/modules/m1/sheet"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition with three people, one of whom came."""
    async with at_the_door(tmp_path) as office:
        await office.tell(scan("in", at("16:00")), scan("out", at("17:00")))
        await office.drain()
        yield office


def rows(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


async def rename(office: Office[Desk], participant: str, name: str) -> None:
    await office.tell(
        PersonRecorded(
            edition=EDITION,
            participant=participant,
            at=PUBLISHED_AT,
            version=2,
            name_en=name,
            name_ar="مريم",
            email="m@example.org",
            attributes={},
        )
    )
    await office.drain()


@pytest.mark.parametrize(
    "path", [SESSION, MODULE, f"{person('p1')}/attendance"], ids=["session", "module", "person"]
)
async def test_each_sheet_is_had_as_pages_and_as_a_table(office: Office[Desk], path: str) -> None:
    """By office and auditor, in either language."""
    for language in ("en", "ar"):
        for role in (Role.OFFICE, Role.AUDITOR):
            pdf = await office.get(role, f"{path}.pdf", lang=language)
            table = await office.get(role, f"{path}.csv", lang=language)

            assert pdf.content.startswith(b"%PDF-"), pdf.text
            assert pdf.headers["content-type"] == "application/pdf"
            assert pdf.headers["content-disposition"].endswith(f'-{language}.pdf"')
            assert table.headers["content-type"] == "text/csv; charset=utf-8"
            assert table.content.startswith(b"\xef\xbb\xbf")


async def test_a_blank_sheet_is_asked_for_by_one(office: Office[Desk]) -> None:
    """`?blank=1`, as pages and as a table."""
    assert "seconds" in rows(await office.get(Role.OFFICE, f"{SESSION}.csv"))[0]
    assert "seconds" not in rows(await office.get(Role.OFFICE, f"{SESSION}.csv", blank=1))[0]
    assert (await office.get(Role.OFFICE, f"{SESSION}.pdf", blank=1)).status_code == 200


async def test_a_sheet_comes_in_parts(office: Office[Desk]) -> None:
    """Each names the last of its people, and whoever sends that back gets those who follow."""
    for path in (SESSION, MODULE):
        first = await office.get(Role.OFFICE, f"{path}.csv", participants=2)
        after = first.headers["ijaza-next"]
        rest = await office.get(Role.OFFICE, f"{path}.csv", participants=2, after=after)

        assert after == "p2"
        assert [row["participant"] for row in rows(first) + rows(rest)] == list(PEOPLE)
        assert "ijaza-next" not in rest.headers
        pdf = await office.get(Role.OFFICE, f"{path}.pdf", participants=2)
        assert pdf.headers["ijaza-next"] == "p2"


async def test_rows_stand_by_badge_number(office: Office[Desk]) -> None:
    """Not by the ids, of which nobody knows their own."""
    late = selected().model_copy(update={"participant": "a-later-one", "number": 9})
    await office.tell(late)
    await office.drain()

    numbers = [row["number"] for row in rows(await office.get(Role.OFFICE, f"{SESSION}.csv"))]

    assert numbers == ["1", "2", "3", "9"]


async def test_what_the_edition_does_not_have_is_refused(office: Office[Desk]) -> None:
    """404, and what there is instead."""
    expected = {
        f"{OF_EDITION}/sessions/s9/sheet": "session-not-known",
        f"{OF_EDITION}/modules/m9/sheet": "module-not-known",
        f"{person('nobody')}/attendance": "participant-not-known",
        "/v1/editions/none/sessions/s1/sheet": "edition-not-known",
    }
    for path, problem in expected.items():
        for kind in ("pdf", "csv"):
            assert code(await office.get(Role.OFFICE, f"{path}.{kind}"), 404) == problem
    lost = await office.get(Role.OFFICE, f"{SESSION}.csv", after="nobody")
    assert code(lost, 404) == "participant-not-known"


async def test_an_erased_person_has_no_name_on_any_sheet(office: Office[Desk]) -> None:
    """The row stays, with its number and seconds."""
    await office.bus.publish([Record(PEOPLE_TOPIC.name, "p1", None, {})])
    await office.drain()

    (row, *_) = rows(await office.get(Role.OFFICE, f"{SESSION}.csv"))

    assert (row["number"], row["seconds"]) == ("1", "3600")
    assert (row["name_en"], row["name_ar"]) == ("", "")
    record = await office.get(Role.OFFICE, f"{person('p1')}/attendance.csv")
    assert "Mariam" not in record.text


async def test_who_has_a_character_that_cannot_be_printed_is_named(office: Office[Desk]) -> None:
    """By participant and number of the character, on sheets and badges; the table has it."""
    await office.post(Role.OFFICE, f"{OF_EDITION}/passes", UNTIL)
    await rename(office, "p2", "Mariam \U00012000")

    for path in (
        f"{SESSION}.pdf",
        f"{MODULE}.pdf",
        f"{person('p2')}/attendance.pdf",
        f"{OF_EDITION}/badges",
    ):
        refused = await office.get(Role.OFFICE, path)
        assert code(refused, 409) == "not-printable"
        said = refused.json()
        assert (said["participant"], said["character"]) == ("p2", "U+12000")
        assert "Mariam" not in refused.text
    table = rows(await office.get(Role.OFFICE, f"{SESSION}.csv"))
    assert table[1]["name_en"] == "Mariam \U00012000"


async def test_too_many_at_once_are_sent_away() -> None:
    """As many wait as may; whoever comes then is told when to come again."""
    press, may_end = Press(), threading.Event()

    def slow() -> bytes:
        may_end.wait(30)
        return b""

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE + WAITING):
            group.create_task(press.print(slow, dict))
        await asyncio.sleep(0)
        with pytest.raises(TooMany) as refused:
            await press.print(slow, dict)
        may_end.set()
    assert refused.value.code == "printing-busy"
    assert await press.print(lambda: b"x", dict) == b"x"
