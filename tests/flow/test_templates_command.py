"""`ijaza templates`, on the OUT of a run."""

import json
from pathlib import Path

import pytest

from tests.editions import small_edition
from tests.flow.commandline import in_process
from tests.unit.credential_templates.given import EXAMPLE, with_texts

pytestmark = pytest.mark.slow


def test_a_template_is_tried_without_a_place(tmp_path: Path) -> None:
    """Nothing but the pack is needed; one that fails exits with 1 and says where."""
    bad = tmp_path / "bad.zip"
    bad.write_bytes(with_texts(("  set text(fill: ink)\n", '  read("/etc/passwd")\n')).archive())
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"%PDF-1.7")

    good = in_process("templates", "check", EXAMPLE)
    failing = in_process("templates", "check", bad)
    no_pack = in_process("templates", "check", broken)
    shown = in_process("templates", "preview", EXAMPLE, "--to", tmp_path / "preview.pdf")

    assert (good.code, failing.code, no_pack.code, shown.code) == (0, 1, 1, 0)
    assert "nile-school-1" in good.out
    assert "template.typ:127: reads a file that is not in the pack" in failing.err
    assert "a pack is a zip" in no_pack.err
    assert (tmp_path / "preview.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_a_template_is_added_and_activated_in_an_out(tmp_path: Path) -> None:
    """Where the OUT keeps its bus and store; what is active is listed."""
    edition = small_edition(tmp_path / "small")
    out = tmp_path / "out"
    assert in_process("run", edition, "--out", out).code == 0
    where = ("--edition", "small", "--out", out)
    actor = ("--actor", "office-1")

    added = in_process("templates", "add", EXAMPLE, *where, *actor)
    unknown = in_process("templates", "activate", "nile-school-2", *where, *actor)
    active = in_process("templates", "activate", "nile-school-1", *where, *actor)
    listed = in_process("templates", "list", *where, "--json")

    assert (added.code, unknown.code, active.code, listed.code) == (0, 3, 0, 0), added.err
    assert "it has built-in, nile-school-1" in unknown.err
    found = json.loads(listed.out)
    assert [each["template"] for each in found["added"]] == ["nile-school-1"]
    assert found["active"] == found["added"][0]["digest"]
