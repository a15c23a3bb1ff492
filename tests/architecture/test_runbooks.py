"""The runbooks can be followed: commands, options, metrics, log lines and variables are there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ijaza_contracts.topics import TOPICS, dead_letters
from ijaza_local.cli.commands import app
from ijaza_local.services import NAMES
from ijaza_local.settings import VARIABLES
from ijaza_runtime.metrics import Metrics
from typer.main import get_command

ROOT = Path(__file__).parents[2]
HOME = ROOT / "docs" / "runbooks"
RUNBOOKS = sorted(path for path in HOME.glob("*.md") if path.name != "README.md")
OPERATIONS = ROOT / "docs" / "architecture" / "operations.md"
DAY = 24 * 60 * 60 * 1000
OTHER_VARIABLES = {"IJAZA_BACKUP_PASSPHRASE"}

runbook = pytest.mark.parametrize("page", [*RUNBOOKS, OPERATIONS], ids=lambda path: path.stem)


def commands(page: Path) -> Iterator[list[str]]:
    """Every command line of a page, fenced or in a sentence, as a shell would split it."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in fenced for line in block.splitlines()]
    lines += re.findall(r"`(ijaza [^`\n]+)`", text)
    for line in lines:
        words = shlex.split(line, comments=True)
        while words and re.match(r"IJAZA_\w+=", words[0]):
            words.pop(0)
        if words and words[0] == "ijaza":
            yield words[1:]


def parse(words: list[str]) -> None:
    """Have the command line read words, without doing what they say. Raises its usage errors."""
    command: Any = get_command(app)
    rest = list(words)
    while commands := getattr(command, "commands", None):
        command = commands[rest.pop(0)]
    command.make_context(words[0], rest)


@runbook
def test_commands_can_be_typed_as_they_stand(page: Path) -> None:
    """A name, an argument and an option of each are known to the command line."""
    for words in commands(page):
        if words[0] == "replay" and words[1] == "SERVICE":
            words[1] = NAMES[0]
        if len(words) > 1:
            parse(words)
        else:
            assert words[0] in getattr(get_command(app), "commands", {})


@runbook
def test_metrics_are_counted(page: Path) -> None:
    """Each is in what `/metrics` answers."""
    metrics = Metrics("credential", "0")
    known = {
        sample
        for family in metrics.registry.collect()
        for sample in (family.name, f"{family.name}_total")
    }
    named = set(re.findall(r"\bijaza_[a-z_]+\b", page.read_text(encoding="utf-8")))
    packages = {"ijaza_runtime", "ijaza_local"}
    assert named - packages <= known


@runbook
def test_log_lines_are_logged(page: Path) -> None:
    """By the very words that a reader searches for."""
    sources = "".join(
        path.read_text(encoding="utf-8")
        for folder in (ROOT / "infra" / "runtime", ROOT / "services")
        for path in folder.rglob("*.py")
    )
    for told in re.findall(r"[Ll]og lines? ((?:`[^`]+`(?: or | and )?)+)", page.read_text()):
        for event in re.findall(r"`([^`]+)`", told):
            assert f'"{event}"' in sources


@runbook
def test_variables_are_heeded(page: Path) -> None:
    """Each is a setting, or one of the command line's own."""
    known = VARIABLES | OTHER_VARIABLES
    assert set(re.findall(r"\bIJAZA_[A-Z_]+\b", page.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_says_what_to_do_and_when_it_is_over(page: Path) -> None:
    """How it shows, what first, what then, and how to know the end; and the index leads to it."""
    headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings in (
        ["How it shows", "First", "Then", "Over when"],
        ["How it shows", "First", "Over when"],
        ["When", "First", "Then", "Over when"],
    )
    assert f"({page.name})" in (HOME / "README.md").read_text(encoding="utf-8")


def test_retention_stands_with_its_reasons() -> None:
    """The table of operations.md is what `infra/kafka/topics.yaml` has, for every topic."""
    plan = yaml.safe_load((ROOT / "infra/kafka/topics.yaml").read_text(encoding="utf-8"))["topics"]
    wanted = {topic.name for topic in TOPICS} | {dead_letters(name).name for name in NAMES}
    assert set(plan) == wanted

    page = OPERATIONS.read_text(encoding="utf-8")
    table = retention_table()
    assert table in page, f"put this into {OPERATIONS.name}:\n{table}"


def retention_table() -> str:
    """How long each topic is kept, and why, as the page has it."""
    plan = yaml.safe_load((ROOT / "infra/kafka/topics.yaml").read_text(encoding="utf-8"))["topics"]
    by_reason: dict[tuple[str, str], list[str]] = {}
    for name, topic in plan.items():
        config = topic["config"]
        if config["cleanup.policy"] == "compact":
            kept = "the newest record of a key; a tombstone "
            kept += f"{int(config['delete.retention.ms']) // DAY} days"
        elif config["retention.ms"] == "-1":
            kept = "for ever"
        else:
            kept = f"{int(config['retention.ms']) // DAY} days"
        by_reason.setdefault((kept, topic["reason"].strip()), []).append(name)
    rows = [
        f"| {', '.join(f'`{name}`' for name in names)} | {kept} | {reason} |"
        for (kept, reason), names in by_reason.items()
    ]
    return "\n".join(["| topics | kept | why |", "|---|---|---|", *rows])
