"""`generate` makes cohorts that are valid, plausible, of the size asked for, and the same again."""

import filecmp
from collections import Counter
from pathlib import Path

import pytest
from ijaza_local.files import EditionFiles, Scan, ever_taking_part, read_edition
from ijaza_local.generate import GenerationError, generate

from tests.editions import small_edition
from tests.oracle.random_editions import write_random_edition

EXAMPLES = sorted(path.parent for path in Path("examples").glob("*/edition.yaml"))
P1 = Path("examples/mg-4")


def read(directory: Path) -> tuple[EditionFiles, list[Scan]]:
    """The files of an edition that must be good, and its scans."""
    scans: list[Scan] = []
    reading = read_edition(directory, on_scan=scans.append)
    assert [str(fault) for fault in reading.faults[:5]] == []
    assert reading.files is not None
    return reading.files, scans


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_a_cohort_of_any_example_is_valid_and_of_its_size(example: Path, tmp_path: Path) -> None:
    """So many are selected at first, or stand on the roster."""
    out = tmp_path / "new" / "cohort"
    generate(example, out, 40, 1)
    files, scans = read(out)
    assert len(ever_taking_part(files.edition.selection, files.applicants, [])) == 40
    assert scans


@pytest.mark.parametrize("seed", range(20))
def test_a_cohort_of_any_rules_is_valid(seed: int, tmp_path: Path) -> None:
    """Whatever a random edition requires, prefers or limits, there are people who pass."""
    write_random_edition(tmp_path / "source", seed)
    generate(tmp_path / "source", tmp_path / "cohort", 15, seed, approve=True)
    files, _ = read(tmp_path / "cohort")
    assert len(ever_taking_part(files.edition.selection, files.applicants, [])) == 15


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """And another one another cohort."""
    for name, seed in (("one", 7), ("same", 7), ("other", 8)):
        generate(P1, tmp_path / name, 30, seed)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "same").iterdir())
    same = filecmp.cmpfiles(tmp_path / "one", tmp_path / "same", files, shallow=False)
    assert same == (files, [], [])
    _, differing, _ = filecmp.cmpfiles(
        tmp_path / "one", tmp_path / "other", ["applicants.csv", "scans.csv"], shallow=False
    )
    assert differing == ["applicants.csv", "scans.csv"]


def test_only_the_numbers_of_places_change_in_edition_yaml(tmp_path: Path) -> None:
    """Comments and order stay; the capacity is the number, the limit as high as it must be."""
    generate(P1, tmp_path / "cohort", 500, 1)
    before = (P1 / "edition.yaml").read_text(encoding="utf-8").splitlines()
    after = (tmp_path / "cohort" / "edition.yaml").read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    (_, capacity), (old_limit, limit) = changed
    assert capacity == "  capacity: 500"
    start, _, rest = old_limit.partition("seats: 3")
    assert limit.startswith(f"{start}seats: ")
    assert limit.endswith(rest)


@pytest.mark.slow
def test_everything_goes_wrong_that_goes_wrong_at_doors_and_desks(tmp_path: Path) -> None:
    """Every kind of mishap and correction occurs in a cohort of some size, and none too often."""
    generate(P1, tmp_path / "cohort", 600, 3)
    files, scans = read(tmp_path / "cohort")
    applicants = {person.ref for person in files.applicants}
    per_id = Counter((scan.participant, scan.scan_id) for scan in set(scans))
    visits = Counter((scan.participant, scan.session, scan.direction) for scan in scans)

    assert 45 < len(scans) / 600 < 55
    assert len(set(scans)) < len(scans), "some scans are sent twice"
    assert max(per_id.values()) == 2, "some ids are used again"
    assert any(scan.participant not in applicants for scan in scans), "unknown passes"
    assert any(not scan.session for scan in scans), "scans without a session"
    assert any(
        not visits[person, session, "out"] for person, session, way in visits if way == "in"
    ), "missing outs"
    assert {row.kind for row in files.corrections} == {
        *("attendance", "excuse", "score", "annul", "cancel-session", "move-session", "rename"),
        "withdraw",
    }
    assert {row.decision for row in files.decisions} == {"accept", "decline", "withdraw"}
    attempts = Counter(row.attempt for row in files.results)
    assert attempts[1] > attempts[2] > attempts[3] > 0
    assert 5.5 < len(files.results) / 600 < 7.5
    passed = sum(row.score >= 60 for row in files.results if row.attempt == 1)
    assert 0.75 < passed / attempts[1] < 0.98


def test_a_cancelled_day_leaves_the_hours_that_are_asked_for(tmp_path: Path) -> None:
    """P1 asks for 13 hours of each module: only the one of five days can lose a day."""
    generate(P1, tmp_path / "cohort", 20, 5)
    files, _ = read(tmp_path / "cohort")
    cancelled = [row.target for row in files.corrections if row.kind == "cancel-session"]
    assert len(cancelled) == 1
    assert cancelled[0].startswith("m3-")


def test_approvals_are_made_where_they_are_asked_for(tmp_path: Path) -> None:
    """By as many actors as approve; a large cohort of drafts is quicker without them."""
    source = Path("examples/coordination-1")
    generate(source, tmp_path / "drafts", 10, 1)
    assert not (tmp_path / "drafts" / "approvals.csv").exists()
    generate(source, tmp_path / "approved", 10, 1, approve=True)
    files, _ = read(tmp_path / "approved")
    assert {row.actor for row in files.approvals} == {"approver-1", "approver-2"}


def test_tells_how_many_rows_are_written(tmp_path: Path) -> None:
    """The rows reported are the lines of all files but edition.yaml, less the headers."""
    rows: list[int] = []
    out = tmp_path / "cohort"
    generate(P1, out, 20, 1, rows.append)
    lines = sum(
        len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in out.glob("*.csv")
    )
    assert sum(rows) == lines


def test_takes_the_glossary_along(tmp_path: Path) -> None:
    """What edition.yaml names must be beside it."""
    generate(Path("examples/knowledge-1"), tmp_path / "cohort", 5, 1)
    assert (tmp_path / "cohort" / "glossary.csv").exists()


def test_refuses_a_folder_with_files(tmp_path: Path) -> None:
    """Nothing is overwritten; an empty folder may be there."""
    out = tmp_path / "out"
    out.mkdir()
    generate(P1, out, 5, 1)
    with pytest.raises(GenerationError, match="has files already"):
        generate(P1, out, 5, 2)


def test_refuses_a_faulty_definition(tmp_path: Path) -> None:
    """With its faults, and nothing is left behind."""
    source = small_edition(tmp_path / "source", approvers="9")
    with pytest.raises(GenerationError) as refused:
        generate(source, tmp_path / "out", 5, 1)
    assert [fault.column for fault in refused.value.faults] == ["approvers"]
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_refuses_rules_that_a_cohort_cannot_pass(tmp_path: Path) -> None:
    """A rule that names one person lets nobody else in; nothing is left behind."""
    selection = {"capacity": "3", "require": {"ref": ["A1"]}}
    source = small_edition(tmp_path / "source", selection=selection)
    with pytest.raises(GenerationError, match="only 0 of 5 people pass"):
        generate(source, tmp_path / "out", 5, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_people_have_what_the_rules_ask_for(tmp_path: Path) -> None:
    """A rule may name any column; who fails it is there, too, and the names fit."""
    rule = {"gender": ["female"], "country": ["LY", "TN"], "port": ["sea", "land"]}
    selection = {"capacity": "3", "require": rule, "at_most": [{"per": "country", "seats": "1"}]}
    source = small_edition(tmp_path / "source", selection=selection)
    generate(source, tmp_path / "out", 30, 1)
    files, _ = read(tmp_path / "out")
    chosen = ever_taking_part(files.edition.selection, files.applicants, [])
    people = [one.attributes for one in files.applicants if one.ref in chosen]
    assert {one["gender"] for one in people} == {"female"}
    assert {one["country"] for one in people} == {"LY", "TN"}
    assert {one["port"] for one in people} == {"sea", "land"}
    assert len(files.applicants) > 30 + 2


def test_refuses_a_number_that_is_shared_by_an_alias(tmp_path: Path) -> None:
    """It cannot be changed by itself."""
    source = small_edition(tmp_path / "source", selection={"capacity": "3"})
    text = (source / "edition.yaml").read_text(encoding="utf-8")
    text = text.replace('"attempts": "2"', '"attempts": &n "2"')
    text = text.replace(
        '"capacity": "3"', '"capacity": "3", "at_most": [{"per": "country", "seats": *n}]'
    )
    (source / "edition.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(GenerationError, match="without an alias"):
        generate(source, tmp_path / "out", 30, 1)


@pytest.mark.parametrize("participants", [0, -1, 10**7])
def test_refuses_numbers_out_of_range(participants: int, tmp_path: Path) -> None:
    """There is nothing to make of nobody."""
    with pytest.raises(GenerationError, match="expected 1 to"):
        generate(P1, tmp_path / "out", participants, 1)
