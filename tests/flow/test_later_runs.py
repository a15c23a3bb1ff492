"""What later runs over the same OUT bring: changes after the closing, and refusals."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from ijaza_local.play.phases import PlayError
from ijaza_local.play.run import FilesRefusedError

from tests.flow.conftest import EXAMPLES, Play
from tests.flow.test_sameness import content

CORRECTION = ["kind", "participant", "target", "value", "actor", "reason", "at"]


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """A copy of an example that a test may change."""
    return Path(shutil.copytree(EXAMPLES / "mg-4", tmp_path / "edition"))


@pytest.fixture
def out(governance: Path, tmp_path: Path) -> Path:
    """A copy of the played example."""
    return Path(shutil.copytree(governance, tmp_path / "out"))


def append(edition: Path, name: str, **cells: str) -> None:
    """Add a row to a CSV file."""
    path = edition / name
    with path.open(newline="", encoding="utf-8-sig") as file:
        header = next(csv.reader(file))
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow([cells.get(column, "") for column in header])


def certificates(out: Path, participant: str) -> list[dict[str, str]]:
    """The rows of certificates.csv of one participant."""
    with (out / "certificates.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["participant"] == participant]


def a_holder(out: Path) -> str:
    """Somebody who holds a certificate."""
    with (out / "certificates.csv").open(newline="", encoding="utf-8") as file:
        return next(csv.DictReader(file))["participant"]


@pytest.mark.slow
def test_a_corrected_name_supersedes(edition: Path, out: Path, play: Play) -> None:
    """After a rename there is a new credential under the same serial, and the old one is listed."""
    holder = a_holder(out)
    append(
        edition,
        "corrections.csv",
        kind="rename",
        participant=holder,
        target="name_en",
        value="Another Spelling",
        actor="staff-1",
        at="2020-05-03T10:00:00Z",
    )
    play(edition, out)
    old, new = certificates(out, holder)
    assert (old["status"], new["status"]) == ("superseded", "valid")
    assert old["serial"] == new["serial"]
    assert old["credential_id"] != new["credential_id"]
    credential = json.loads((out / new["credential"]).read_text())
    assert credential["validFrom"] == "2020-05-03T10:00:00Z"
    assert "Another Spelling" in json.dumps(credential)
    assert (out / old["pdf"]).is_file()


def test_an_annulled_attempt_revokes_and_a_corrected_score_reinstates(
    edition: Path, out: Path, play: Play
) -> None:
    """Losing a requirement revokes; meeting it again gives a new credential, same serial."""
    holder = a_holder(out)
    append(
        edition,
        "corrections.csv",
        kind="withdraw",
        participant=holder,
        actor="staff-1",
        at="2020-05-03T10:00:00Z",
    )
    play(edition, out)
    (row,) = certificates(out, holder)
    assert row["status"] == "revoked"


@pytest.mark.slow
def test_two_sequences_of_the_same_inputs_agree(
    edition: Path, out: Path, play: Play, tmp_path: Path
) -> None:
    """First run, then a correction: in two OUTs the files are the same, byte for byte."""
    play(EXAMPLES / "mg-4", tmp_path / "second")
    append(
        edition,
        "corrections.csv",
        kind="rename",
        participant=a_holder(out),
        target="name_ar",
        value="اسم آخر",
        actor="staff-1",
        at="2020-05-03T10:00:00Z",
    )
    play(edition, out)
    play(edition, tmp_path / "second")
    assert content(out) == content(tmp_path / "second")


@pytest.mark.parametrize(
    ("name", "column", "part"),
    [("applicants.csv", "organisation", "recorded"), ("results.csv", "score", "corrections.csv")],
)
def test_a_changed_row_is_refused(
    edition: Path, out: Path, play: Play, name: str, column: str, part: str
) -> None:
    """A row that differs from what is recorded is named, with what is recorded."""
    before = content(out)
    path = edition / name
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    rows[0][column] = "1" if column == "score" else "Elsewhere"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(FilesRefusedError) as refused:
        play(edition, out)
    assert part in str(refused.value.faults[0])
    assert content(out) == before


def test_a_removed_row_is_refused(edition: Path, out: Path, play: Play) -> None:
    """A row that is gone is an error, also after a run that brought nothing new."""
    play(edition, out)
    path = edition / "scans.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text("".join([*lines[:5], *lines[6:]]), encoding="utf-8")
    with pytest.raises(FilesRefusedError, match="1 faults"):
        play(edition, out)


def test_a_late_application_is_refused(edition: Path, out: Path, play: Play) -> None:
    """After the selection nobody can apply any more."""
    append(
        edition,
        "applicants.csv",
        ref="Z999",
        name_en="Late Person",
        name_ar="متأخر",
        email="late@example.org",
        organisation="Ministry",
        organisation_type="government",
        country="EG",
        seniority="senior",
        field_related="yes",
        applied_at="2019-11-01T10:00:00Z",
        gender="f",
    )
    with pytest.raises(FilesRefusedError) as refused:
        play(edition, out)
    assert "selection has been made" in str(refused.value.faults[0])


@pytest.mark.slow
def test_a_changed_definition_needs_revise(edition: Path, out: Path, play: Play) -> None:
    """Another definition is refused without --revise, and is the next revision with it."""
    path = edition / "edition.yaml"
    path.write_text(path.read_text().replace("pass_mark: 60", "pass_mark: 99"))
    with pytest.raises(FilesRefusedError, match="1 faults"):
        play(edition, out)
    played = play(edition, out, revise=True)
    assert played.holders == []


def test_fewer_seats_take_nobodys_away(edition: Path, out: Path, play: Play) -> None:
    """A revision with less capacity is taken: the results of those who have a place stay good."""
    path = edition / "edition.yaml"
    path.write_text(path.read_text().replace("capacity: 30", "capacity: 20"))
    before = (out / "eligibility.csv").read_bytes()

    play(edition, out, revise=True)

    assert (out / "eligibility.csv").read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "instead", "column"),
    [
        ("organisation_type: [government, ngo]", "organisation_type: [government]", "selection"),
        ("certificates.example.org", "elsewhere.example.org", "issuer.did_host"),
    ],
)
def test_what_a_revision_cannot_change_is_refused_before_anything_is_taken(
    edition: Path, out: Path, play: Play, written: str, instead: str, column: str
) -> None:
    """The files as they were go on without more ado."""
    path, before = edition / "edition.yaml", content(out)
    recorded = path.read_text()
    path.write_text(recorded.replace(written, instead))
    with pytest.raises(FilesRefusedError) as refused:
        play(edition, out, revise=True)
    assert [fault.column for fault in refused.value.faults] == [column]

    path.write_text(recorded)
    play(edition, out)
    assert content(out) == before


def test_the_out_of_another_edition_is_refused(out: Path, play: Play) -> None:
    """Each edition has an OUT of its own."""
    with pytest.raises(FilesRefusedError) as refused:
        play(EXAMPLES / "customs-1", out)
    assert "belongs to edition mg-4" in str(refused.value.faults[0])


def test_a_folder_that_is_not_ours_is_refused(play: Play, tmp_path: Path) -> None:
    """A folder with other files is never written into."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(PlayError, match="not empty"):
        play(EXAMPLES / "mg-4", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
