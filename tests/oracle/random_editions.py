"""Writes small but nasty valid editions, the same for the same seed."""

import csv
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import yaml

from .corrections import final_modules, standing
from .random_facts import approvals, corrections, results
from .random_people import applicants, decisions, departure_times, partners, withdrawals
from .random_programme import Tree, programme
from .random_scans import scans
from .random_times import ANCHORS, Clock, some
from .reading import Row, edition_from
from .selection import select

COLUMNS = {
    "decisions": ("participant", "decision", "at", "actor", "reason"),
    "scans": ("scan_id", "device", "participant", "session", "direction", "at", "seq"),
    "results": ("participant", "module", "attempt", "score", "taken_at"),
    "corrections": ("kind", "participant", "target", "value", "actor", "reason", "at"),
    "approvals": ("participant", "actor", "at"),
    "partners": ("id", "name_en", "name_ar", "kind", "country"),
}


class PlainDumper(yaml.SafeDumper):
    """Writes every text without quotes where YAML allows it: yes, NO, 60, 2019-12-15T16:00."""

    def ignore_aliases(self, _data: object) -> bool:
        """Repeats what occurs twice, as a person would write it."""
        return True


PlainDumper.yaml_implicit_resolvers = {}


def write_random_edition(directory: Path, seed: int, *, size: int = 8) -> None:
    """Writes a valid edition of `size` applicants into the directory, made if it is missing."""
    rng = Random(f"edition {seed} of {size}")
    zone, local = rng.choice(ANCHORS)
    clock = Clock(rng, ZoneInfo(zone))
    anchor = clock.read(datetime.fromisoformat(local).isoformat())
    tree = programme(rng, clock, f"rnd-{seed}", anchor, size)
    files = _rows(rng, clock, tree, anchor, size)
    directory.mkdir(parents=True, exist_ok=True)
    flow = rng.choice((None, False, True))
    text = yaml.dump(tree, Dumper=PlainDumper, allow_unicode=True, default_flow_style=flow)
    (directory / "edition.yaml").write_text(text, encoding="utf-8")
    for name, rows in files.items():
        if rows or rng.random() < 0.5:
            _write_csv(rng, directory / f"{name}.csv", name, rows)


def _rows(rng: Random, clock: Clock, tree: Tree, anchor: int, size: int) -> dict[str, list[Row]]:
    edition = edition_from(tree)
    people = applicants(rng, clock, anchor, size)
    refs = sorted(row["ref"] for row in people)
    until = edition.selection.promote_until if edition.selection else anchor
    times = departure_times(rng, anchor, until)
    decided = decisions(rng, clock, refs, times)
    withdrawn = withdrawals(rng, clock, refs, times)
    ever = sorted(select(edition, people, decided, withdrawn).ever)
    diligent = set(some(rng, refs, 0.6))
    recorded = results(rng, clock, edition.modules, ever, diligent)
    corrected = corrections(rng, clock, edition.modules, refs, recorded) + withdrawn
    rng.shuffle(corrected)
    final = final_modules(edition, standing(edition, corrected))
    approved = edition.issue == "on_approval" or rng.random() < 0.1
    scanned = scans(rng, clock, edition, final, refs, ever, diligent)
    latest_end = max(session.end for module in final for session in module.sessions)
    for rows in (people, decided, recorded, scanned):
        rng.shuffle(rows)
    return {
        "applicants": people,
        "partners": partners(),
        "decisions": decided,
        "scans": scanned,
        "results": recorded,
        "corrections": corrected,
        "approvals": approvals(rng, clock, refs, latest_end) if approved else [],
    }


def _write_csv(rng: Random, path: Path, name: str, rows: list[Row]) -> None:
    """Columns in any order, either line ending, with or without a BOM, quotes and extras."""
    columns = list(rows[0] if name == "applicants" else COLUMNS[name])
    if name != "applicants" and rng.random() < 0.1:
        columns.append("ملاحظة")
    if rng.random() < 0.5:
        rng.shuffle(columns)
    encoding = "utf-8-sig" if rng.random() < 0.3 else "utf-8"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(
            file,
            columns,
            restval="x",
            quoting=csv.QUOTE_ALL if rng.random() < 0.2 else csv.QUOTE_MINIMAL,
            lineterminator=rng.choice(("\n", "\r\n")),
        )
        writer.writeheader()
        writer.writerows(rows)
