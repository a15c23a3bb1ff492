"""The commands as docs/commands.md has them: exit codes, what a script reads, what a person does.

Whatever is given to them, nobody ever sees a traceback: `commandline.Answer` looks for one.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from ijaza_local.cli import console
from ijaza_local.cli.commands import app
from typer.testing import CliRunner

from tests.editions import small_edition
from tests.flow.commandline import IJAZA, Answer, Argument, Call, by_process, started
from tests.flow.conftest import EXAMPLES
from tests.flow.test_sameness import content

COMMANDS = ("run", "check", "explain", "verify", "generate", "serve", "token")
LIGHT = """
import sys
import ijaza_local.cli.commands
heavy = {"fastapi", "uvicorn", "typst", "pypdf", "pyld", "jinja2", "structlog", "cryptography"}
sys.stdout.write(" ".join(sorted(heavy & set(sys.modules))))
"""


def faulty(folder: Path) -> Path:
    """An edition with one fault."""
    return small_edition(folder, timezone="Cairo")


def test_help_names_every_command(keys: Path) -> None:
    """`ijaza --help` is where a newcomer begins."""
    answer = by_process("--help", keys=keys)

    assert (answer.code, answer.err) == (0, "")
    assert all(f" {name} " in answer.out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help(command: str, ijaza: Call) -> None:
    """With a sentence on what it does."""
    answer = ijaza(command, "--help")

    assert answer.code == 0
    assert f"Usage: ijaza {command}" in answer.out


def test_help_does_not_wait_for_what_only_some_commands_need() -> None:
    """Neither the HTTP stack nor the makers of PDFs are loaded before a command wants them."""
    loaded = subprocess.run(
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True
    ).stdout

    assert loaded == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["run"],
        ["run", "edition"],
        ["run", "edition", "--out", "out", "--nonsense"],
        ["check"],
        ["check", "one", "two"],
        ["explain", "out"],
        ["verify"],
        ["generate", "edition", "--out", "out"],
        ["generate", "edition", "--out", "out", "--participants", "0"],
        ["generate", "edition", "--out", "out", "--participants", "many"],
        ["serve", "--port", "65536"],
        ["token", "staff-1"],
        ["token", "staff-1", "--role", "queen"],
        ["token", "", "--role", "office"],
        ["keys", "rotate", "--actor", " "],
        ["templates", "activate", "t", "--edition", "e", "--actor", "s" * 201],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_exits_with_2(arguments: list[str], ijaza: Call) -> None:
    """And says so on stderr, or shows the help."""
    answer = ijaza(*arguments)

    assert answer.code == 2
    assert "Usage: ijaza" in (answer.err or answer.out)


def test_check_of_good_files(small: Path, ijaza: Call) -> None:
    """Exit 0, and how many rows there are."""
    answer = ijaza("check", small)

    assert (answer.code, answer.err) == (0, "")
    assert answer.out == ("small-1: 5 applicants, 5 scans, 3 results, 8 corrections: no fault.\n")


def test_check_of_faulty_files(tmp_path: Path, ijaza: Call) -> None:
    """Exit 1; the faults are messages, so on stderr."""
    answer = ijaza("check", faulty(tmp_path / "edition"))

    assert (answer.code, answer.out) == (1, "")
    assert "Faults (1):" in answer.err
    assert "edition.yaml:" in answer.err
    assert "'Cairo'" in answer.err


def test_check_as_json(small: Path, tmp_path: Path, ijaza: Call) -> None:
    """The same fields, whether there are faults or none."""
    good, bad = (
        json.loads(ijaza("check", folder, "--json").out)
        for folder in (small, faulty(tmp_path / "edition"))
    )

    assert good == {
        "edition": "small-1",
        "rows": {"applicants": 5, "scans": 5, "results": 3, "corrections": 8},
        "faults": [],
        "warnings": [],
    }
    assert (bad["edition"], bad["rows"]) == (None, {})
    assert set(bad["faults"][0]) == {"file", "line", "column", "value", "expected"}


@pytest.mark.parametrize("command", [["check"], ["run", "--out", "out"]], ids=lambda each: each[0])
@pytest.mark.parametrize("what", ["missing", "a-file"])
def test_an_edition_that_is_no_folder(
    command: list[str], what: str, tmp_path: Path, ijaza: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3: the message names it and says what to give."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("not a folder")
    answer = ijaza(*command, what)

    assert (answer.code, answer.out) == (3, "")
    assert what in answer.err
    assert "give the folder that holds edition.yaml" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


@pytest.mark.slow
def test_run_prints_its_graduates(small: Path, tmp_path: Path, ijaza: Call) -> None:
    """Exit 0, names in both scripts, where the files are and how to verify them; no messages."""
    out = tmp_path / "with space"
    answer = ijaza("run", small, "--out", out)

    assert (answer.code, answer.err) == (0, "")
    assert "Mona Fathi" in answer.out
    assert "منى فتحي" in answer.out
    assert "5 applied, 2 take part, 2 eligible, 2 hold a certificate" in answer.out
    assert f"ijaza verify '{out}/certificates'/*.pdf" in answer.out
    assert len(list(out.glob("certificates/*.pdf"))) == 2


def test_a_narrow_terminal_cuts_no_serial(
    small: Path, small_out: Path, tmp_path: Path, ijaza: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names are wrapped; what a person would copy stands whole on its line."""
    monkeypatch.setattr(console.out, "width", 62)
    out = Path(shutil.copytree(small_out, tmp_path / "out"))
    answer = ijaza("run", small, "--out", out)

    for certificate in small_out.glob("certificates/*.pdf"):
        assert f" {certificate.stem} " in answer.out
    assert "…" not in answer.out


def test_a_help_that_cannot_be_printed_is_no_fault() -> None:
    """As `ijaza --help > /dev/full`: a line says why, and no traceback."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [IJAZA, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert (done.returncode, done.stderr) == (3, "cannot go on: No space left on device\n")


@pytest.mark.slow
@pytest.mark.parametrize("closed", [(1,), (0, 1, 2)], ids=str)
def test_a_caller_may_have_closed_the_streams(
    closed: tuple[int, ...], small: Path, small_out: Path, keys: Path, tmp_path: Path
) -> None:
    """As `ijaza run … >&-` does: there is nowhere to print to, and all else is as ever."""

    def close() -> None:
        for number in closed:
            os.close(number)

    answer = by_process("run", small, "--out", tmp_path / "out", keys=keys, before=close)

    assert answer == Answer(0, "", "")
    assert content(tmp_path / "out") == content(small_out)


def test_run_as_json(small: Path, small_out: Path, tmp_path: Path, ijaza: Call) -> None:
    """The summary for a script; a second run over the same OUT sums up the same."""
    out = Path(shutil.copytree(small_out, tmp_path / "out"))
    answer = ijaza("run", small, "--out", out, "--json")
    summary = json.loads(answer.out)

    assert (answer.code, answer.err) == (0, "")
    assert set(summary) == {
        "edition",
        "out",
        "applicants",
        "take_part",
        "eligible",
        "certificates",
        "review",
        "seconds",
        "warnings",
    }
    assert (summary["edition"], summary["out"]) == ("small-1", str(out))
    assert [set(each) for each in summary["certificates"]] == 2 * [
        {"participant", "name_en", "name_ar", "certificate", "serial"}
    ]


def test_run_refuses_faulty_files(tmp_path: Path, ijaza: Call) -> None:
    """Exit 1, the faults for people on stderr and for scripts on stdout, and nothing begun."""
    edition = faulty(tmp_path / "edition")
    answer = ijaza("run", edition, "--out", tmp_path / "out", "--json")

    assert answer.code == 1
    assert [fault["file"] for fault in json.loads(answer.out)["faults"]] == ["edition.yaml"]
    assert "Nothing was begun." in answer.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".ijaza"]


@pytest.mark.slow
def test_brackets_in_names_are_no_markup(tmp_path: Path, ijaza: Call) -> None:
    """What a cell holds is printed as it stands."""
    title = {"en": "Part [/b]", "ar": "[شهادة]"}
    edition = small_edition(
        tmp_path / "[red]",
        certificates=[{"id": "certificate", "kind": "participation", "title": title}],
        title={"en": "Course [/red]", "ar": "[دورة]"},
        corrections=[
            ["rename", "A1", "name_en", "Mona [/bold]", "office", "", "2019-12-20T10:00"],
            ["withdraw", "A4", "", "", "office", "[/x]", "2019-12-21T10:00"],
        ],
        approvals=None,
    )
    ran = ijaza("run", edition, "--out", tmp_path / "[out]")
    explained = ijaza("explain", tmp_path / "[out]", "A4")
    refused = ijaza("run", tmp_path / "[/none]", "--out", tmp_path / "[out]")

    assert "Mona [/bold]" in ran.out
    assert "Course [/red]" in ran.out
    assert explained.code == 0
    assert "[/none] is no folder" in refused.err


def test_explain(small_out: Path, ijaza: Call) -> None:
    """Why somebody holds a certificate: numbers, rule and evidence of each criterion."""
    answer = ijaza("explain", small_out, "A1")

    assert (answer.code, answer.err) == (0, "")
    assert "A1 in small-1, by revision 2 of its rules" in answer.out
    assert "certificate: met" in answer.out
    assert "rule: " in answer.out
    assert "evidence: " in answer.out


def test_explain_as_json(governance: Path, ijaza: Call) -> None:
    """The decision as the HTTP API gives it, with the ref."""
    answer = ijaza("explain", governance, "A014", "--json")
    view = json.loads(answer.out)

    assert (answer.code, answer.err) == (0, "")
    assert {"ref", "edition", "participant", "eligible", "award", "prospects"} <= set(view)
    assert (view["ref"], view["edition"], view["eligible"]) == ("A014", "mg-4", False)


def test_explain_of_nobody(small_out: Path, ijaza: Call) -> None:
    """Exit 3, with the ref that was probably meant."""
    answer = ijaza("explain", small_out, "a1")

    assert (answer.code, answer.out) == (3, "")
    assert answer.err == "cannot go on: nobody applied to small-1 as 'a1'; did you mean A1?\n"


def test_explain_of_what_is_no_out(tmp_path: Path, ijaza: Call) -> None:
    """Exit 3, and the folder stays as it was."""
    answer = ijaza("explain", tmp_path, "A1")

    assert answer.code == 3
    assert "was not made by `ijaza run`" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_explain_before_the_selection(tmp_path: Path, ijaza: Call) -> None:
    """The OUT of a run whose files were refused says that it holds nothing yet."""
    ijaza("run", faulty(tmp_path / "edition"), "--out", tmp_path / "out")
    answer = ijaza("explain", tmp_path / "out", "A1")

    assert answer.code == 3
    assert "has not come to the selection yet" in answer.err


def test_generate_then_check(tmp_path: Path, ijaza: Call) -> None:
    """A cohort that `check` finds no fault in; where files are already, nothing is written."""
    wanted: list[Argument] = [EXAMPLES / "customs-1", "--participants", 9, "--out", tmp_path / "g"]
    made = ijaza("generate", *wanted)
    again = ijaza("generate", *wanted)

    assert made.code == 0
    assert f"Next: ijaza run {tmp_path / 'g'} --out …" in made.out
    assert ijaza("check", tmp_path / "g").code == 0
    assert again.code == 3
    assert "has files already" in again.err


def test_generate_from_a_faulty_definition(tmp_path: Path, ijaza: Call) -> None:
    """Exit 1, and each fault is named, not only counted."""
    edition = faulty(tmp_path / "edition")
    answer = ijaza("generate", edition, "--participants", 9, "--out", tmp_path / "g")

    assert answer.code == 1
    assert "'Cairo'" in answer.err
    assert not (tmp_path / "g").exists()


def test_a_fault_of_the_program_exits_with_4(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not taken for an answer, and repeats nothing of the data that it met."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("Mona Fathy")

    monkeypatch.setattr("ijaza_local.cli.check.read_edition", broken)
    monkeypatch.setattr("ijaza_runtime.observe.configure", lambda *_: None)
    monkeypatch.setattr("ijaza_runtime.observe.log", Mock())
    result = CliRunner().invoke(app, ["check", str(small)])

    assert result.exit_code == 4
    assert "this is a fault of Ijaza" in result.stderr
    assert "Mona" not in result.stderr + result.stdout


def test_a_reader_who_stops_early_is_no_fault(governance: Path, keys: Path) -> None:
    """`ijaza verify … | head -1` ends quietly."""
    certificates = sorted(governance.glob("certificates/*.json"))
    process = started("verify", *certificates, "--json", keys=keys)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaints = process.stderr.read()
    process.stderr.close()

    assert process.wait(timeout=30) == 1
    assert complaints == ""


@pytest.mark.slow
def test_a_terminal_without_arabic(small_out: Path, keys: Path) -> None:
    """Where the terminal cannot write a letter, its number stands in its place."""
    latin = {"PYTHONIOENCODING": "latin-1"}
    answer = by_process("explain", small_out, "A1", keys=keys, environment=latin)

    assert answer.code == 0
    assert "\\u0" in answer.out


def test_every_key_of_the_json_is_documented(
    small: Path, small_out: Path, tmp_path: Path, ijaza: Call
) -> None:
    """docs/commands.md lists what a script may rest on."""
    documented = (EXAMPLES.parent / "docs" / "commands.md").read_text(encoding="utf-8")
    out = Path(shutil.copytree(small_out, tmp_path / "out"))
    certificate = next(small_out.glob("certificates/*.json"))
    answers: list[Any] = [
        json.loads(ijaza(*arguments, "--json").out)
        for arguments in (
            ["check", small],
            ["run", small, "--out", out],
            ["explain", out, "A1"],
            ["verify", certificate],
        )
    ]
    keys = {key for each in answers for key in (each[0] if isinstance(each, list) else each)}

    assert [key for key in sorted(keys) if f"`{key}`" not in documented] == []
