"""`ijaza audit`: what led to a certificate, and a log that somebody changed in its file."""

import asyncio
import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ijaza_enrollment.domain.commands import ErasePerson
from ijaza_local.play.state import opened, services_of
from ijaza_local.services import drain

from tests.flow.bus_file import swap, tamper, told, without, without_key
from tests.flow.commandline import Call

pytestmark = pytest.mark.slow


@pytest.fixture
def out(small_out: Path, tmp_path: Path) -> Path:
    """An OUT of its own."""
    return Path(shutil.copytree(small_out, tmp_path / "out"))


def a_serial(out: Path) -> str:
    """The serial of some certificate of an OUT."""
    with (out / "certificates.csv").open(newline="", encoding="utf-8-sig") as file:
        return next(csv.DictReader(file))["serial"]


def audited(ijaza: Call, out: Path, serial: str, *more: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the audit of a certificate."""
    done = ijaza("audit", serial, "--out", str(out), "--json", *more)
    return done.code, json.loads(done.out)


def one(view: dict[str, Any], kind: str) -> dict[str, Any]:
    """Some event of this type."""
    found: dict[str, Any] = next(each for each in view["steps"] if each["type"] == kind)
    return found


def faults(view: dict[str, Any]) -> set[tuple[str, str]]:
    """What is wrong, and with which event."""
    return {(each["kind"], each["event"]) for each in view["faults"]}


def test_the_audit_tells_what_led_to_a_certificate(ijaza: Call, small_out: Path) -> None:
    """Every event in order, under a seal, the decision with its evidence, and no name."""
    serial = a_serial(small_out)

    code, view = audited(ijaza, small_out, serial)

    issued = one(view, "CertificateIssued")
    assert (code, view["unchanged"], view["seals"], view["unsealed"]) == (0, True, 1, 0)
    assert issued["changed"] == ["certificate 1: none → valid"]
    assert set(issued["evidence"]) <= {each["event"] for each in view["steps"]}
    assert [each["at"] for each in view["steps"]] == sorted(each["at"] for each in view["steps"])
    assert all(each["seal"] for each in view["steps"] if each["type"] != "ScanRecorded")
    assert "name" not in json.dumps(view)


@pytest.mark.parametrize("way", ["serial", "id", "pdf", "json"])
def test_a_certificate_is_found_by_all_that_names_it(
    ijaza: Call, small_out: Path, way: str
) -> None:
    """Its serial, its credential's id, its PDF, its JSON: the same audit."""
    serial = a_serial(small_out)
    files = small_out / "certificates"
    credential = json.loads((files / f"{serial}.json").read_bytes())
    named = {"serial": serial.lower(), "id": credential["id"]}

    code, view = audited(ijaza, small_out, named.get(way, str(files / f"{serial}.{way}")))

    assert (code, view["serial"]) == (0, serial)


@pytest.mark.parametrize(
    ("topic", "kind", "said"),
    [
        ("enrollment.events", "ParticipantSelected", {"via": "promotion"}),
        ("enrollment.editions", "EditionClosed", {"actor": "somebody"}),
        ("credential.events", "CertificateIssued", {"because": "a friend"}),
        ("credential.events", "CertificateIssued", {"version": 9}),
        ("credential.events", "CertificateIssued", {"version": "none"}),
    ],
)
def test_an_altered_event_is_named(
    ijaza: Call, out: Path, topic: str, kind: str, said: dict[str, object]
) -> None:
    """One word of one event, an actor's name among them, is changed in the bus's file."""
    serial = a_serial(out)
    event = one(audited(ijaza, out, serial)[1], kind)["event"]
    tamper(out, topic, told(event, **said))

    code, view = audited(ijaza, out, serial)

    assert code == 1
    assert ("altered", event) in faults(view)


def test_a_removed_event_is_named(ijaza: Call, out: Path) -> None:
    """A fact is taken out of the bus's file."""
    serial = a_serial(out)
    event = one(audited(ijaza, out, serial)[1], "ParticipantSelected")["event"]
    tamper(out, "enrollment.events", without(event))

    code, view = audited(ijaza, out, serial)

    assert (code, faults(view)) == (1, {("missing", event)})


def test_events_that_changed_places_are_named(ijaza: Call, out: Path) -> None:
    """The order on the log is under the seal too."""
    serial = a_serial(out)
    view = audited(ijaza, out, serial)[1]
    pair = (one(view, "EligibilityReached")["event"], one(view, "CertificateIssued")["event"])
    swap(out, "credential.events", *pair)

    code, view = audited(ijaza, out, serial)

    assert code == 1
    assert {kind for kind, _ in faults(view)} == {"moved"}


def test_a_seal_that_was_removed_is_missed(ijaza: Call, out: Path) -> None:
    """Facts and their seal are altered away together: the store knows that there was one."""
    serial = a_serial(out)
    view = audited(ijaza, out, serial)[1]

    def unsealed(rows: list[Any]) -> list[Any]:
        return [row for row in rows if row[3].get("ce_type") != "credential.HistorySealed.v1"]

    tamper(out, "credential.events", unsealed)
    code, view = audited(ijaza, out, serial)

    assert code == 1
    assert {kind for kind, _ in faults(view)} == {"seal missing"}


def test_a_history_that_was_removed_whole_shows(ijaza: Call, out: Path) -> None:
    """Nothing of a holder is left on the log: the store tells, and the register of before."""
    serial = a_serial(out)
    participant = audited(ijaza, out, serial)[1]["participant"]
    for topic in ("enrollment.events", "attendance.events", "credential.events"):
        tamper(out, topic, without_key(participant))

    code, view = audited(ijaza, out, serial)
    assert (code, {kind for kind, _ in faults(view)}) == (1, {"missing", "seal missing"})

    shutil.copy(out / ".ijaza" / "bus.db", out / "kept.db")
    for path in (out / ".ijaza" / "stores").glob("credential.db*"):
        path.unlink()
    register = str(out / "issuer" / "register.json")
    code, view = audited(ijaza, out, serial, "--register", register)
    assert (code, {kind for kind, _ in faults(view)}) == (1, {"missing"})


async def erased(out: Path, keys: Path, serial: str) -> None:
    """Erase the holder of a certificate."""
    with (out / "certificates.csv").open(newline="", encoding="utf-8-sig") as file:
        ref = next(row["participant"] for row in csv.DictReader(file) if row["serial"] == serial)
    with opened(out) as ledger:
        edition = str(ledger.fact("edition"))
        async with services_of(out, ledger, keys) as services:
            people = services.enrollment.desk.applicants
            who = ErasePerson(edition=edition, participant=people.id_of(edition, ref))
            await people.erase(who)
            await drain(services.all)


def test_a_person_who_was_erased_leaves_the_log_unchanged(
    ijaza: Call, out: Path, keys: Path
) -> None:
    """Erasing is lawful: what is sealed names nobody, and the audit is the same."""
    serial = a_serial(out)
    before = audited(ijaza, out, serial)

    asyncio.run(erased(out, keys, serial))

    assert audited(ijaza, out, serial) == before


def test_the_export_has_every_decision_and_no_name(
    ijaza: Call, small_out: Path, tmp_path: Path
) -> None:
    """CSV and JSON lines agree; nobody is named; a file is never replaced."""
    register = str(small_out / "issuer" / "register.json")
    edition = json.loads(Path(register).read_bytes())["edition"]
    for name in ("decisions.csv", "decisions.jsonl"):
        made = ijaza(
            "audit-export", edition, "--out", str(small_out), "--to", str(tmp_path / name),
            "--register", register,
        )  # fmt: skip
        assert made.code == 0, made.err

    text = (tmp_path / "decisions.jsonl").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    with (tmp_path / "decisions.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    with (small_out / "certificates.csv").open(newline="", encoding="utf-8-sig") as file:
        issued = {row["serial"] for row in csv.DictReader(file)}
    assert [each["event"] for each in rows] == [each["event"] for each in cells]
    assert {each["serial"] for each in rows if each["decision"] == "CertificateIssued"} == issued
    again = ijaza(
        "audit-export", edition, "--out", str(small_out), "--to", str(tmp_path / "decisions.csv")
    )
    assert again.code == 3
