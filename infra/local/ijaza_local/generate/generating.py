"""`ijaza generate`: a plausible cohort of any size for the rules of an edition."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from ijaza_contracts.edition import Edition

from ijaza_local.files import (
    Applicant,
    Correction,
    Decision,
    Fault,
    corrected_edition,
    departures_in_order,
    ever_taking_part,
)
from ijaza_local.files.definition import EDITION_YAML, read_definition
from ijaza_local.files.faults import Faults

from . import calendar, cohort, door, exams, office
from .places import named_glossary, rewritten, with_places
from .writing import Writer

MOST_PARTICIPANTS = 1_000_000


class GenerationError(Exception):
    """A cohort cannot be made; `faults` says what is wrong with edition.yaml, if it is that."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class _Cohort:
    """Everything that is made before the first scan. `edition` has its places, not its moves."""

    edition: Edition
    applicants: Sequence[Applicant]
    decisions: Sequence[Decision]
    corrections: Sequence[Correction]
    takers: Sequence[door.Taker]


def generate(
    source: Path,
    out: Path,
    participants: int,
    seed: int,
    on_progress: Callable[[int], None] | None = None,
    *,
    approve: bool = False,
) -> None:
    """Write an edition with `participants` people into `out`, by the edition.yaml in `source`.

    The capacity becomes `participants`, and a limit of seats is lifted as far as that needs;
    everything else in edition.yaml stays as it is, comments too. The same edition.yaml, number and
    seed give the same bytes. `on_progress` is called with how many more rows are written. Approvals
    are made only if `approve` is set: certificates of a large cohort take their time.

    Raises:
        GenerationError: `out` has files already, edition.yaml is faulty, or its rules accept
            nobody.
    """
    if not 1 <= participants <= MOST_PARTICIPANTS:
        raise GenerationError(
            f"{participants} participants: expected 1 to {MOST_PARTICIPANTS}, give another number"
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise GenerationError(f"{out} has files already: give a new or an empty folder")
    edition = _definition(source)
    place = out.resolve()
    draft = place.with_name(f".{place.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        # Chance decides what is plausible; nothing that is secret hangs on it.
        chance = Random(f"{seed} {edition.id} {participants}")  # noqa: S311
        made = _cohort(edition, participants, chance)
        _write_definition(source, draft, made.edition)
        writer = Writer(draft, edition.timezone, on_progress or (lambda _rows: None))
        _write(made, writer, chance, approve=approve)
        _move(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _move(draft: Path, out: Path) -> None:
    """The definition goes last: without it a folder is no edition."""
    out.mkdir(exist_ok=True)
    for path in sorted(draft.iterdir(), key=lambda path: path.name == EDITION_YAML):
        path.replace(out / path.name)


def _definition(source: Path) -> Edition:
    faults = Faults()
    definition = read_definition(source, faults, Faults())
    if definition.edition is None:
        listed = faults.listed()
        raise GenerationError(f"{source / EDITION_YAML} has {len(listed)} faults", listed)
    return definition.edition


def _cohort(edition: Edition, places: int, chance: Random) -> _Cohort:
    people = cohort.applicants(edition, places, chance)
    roomy = with_places(edition, places, people)
    selected = ever_taking_part(roomy.selection, people, [])
    if len(selected) < places:
        raise GenerationError(
            f"only {len(selected)} of {places} people pass the selection of {EDITION_YAML}: "
            "leave out of its `require` what names a single person, or accept more values"
        )
    in_order = sorted(selected)
    decisions = office.decisions(edition, in_order, chance)
    corrections = [
        *office.withdrawals(edition, in_order, chance),
        *calendar.session_corrections(edition, chance),
    ]
    departures = departures_in_order(decisions, corrections)
    ever = sorted(ever_taking_part(roomy.selection, people, departures))
    until: dict[str, datetime] = {}
    for departure in departures:
        until.setdefault(departure.participant, departure.at)
    promoted = _promoted_at(roomy, [departure.at for departure in departures])
    since = {ref: promoted for ref in ever if ref not in selected}
    return _Cohort(roomy, people, decisions, corrections, door.takers(ever, since, until, chance))


def _promoted_at(edition: Edition, departures: Sequence[datetime]) -> datetime:
    """By when everybody who is promoted knows it."""
    rule = edition.selection
    if rule is None:
        return cohort.first_start(edition)
    return max((at for at in departures if at <= rule.promote_until), default=rule.promote_until)


def _write_definition(source: Path, out: Path, edition: Edition) -> None:
    text = (source / EDITION_YAML).read_bytes().decode("utf-8-sig")
    (out / EDITION_YAML).write_bytes(rewritten(text, edition.selection).encode())
    glossary = named_glossary(text)
    if glossary:
        shutil.copyfile(source / glossary, out / glossary)
    if read_definition(out, Faults(), Faults()).edition != edition:
        raise GenerationError(
            f"the capacity and the seats in {EDITION_YAML} cannot be changed by themselves: write "
            "each as a number of its own, without an alias"
        )


def _write(made: _Cohort, writer: Writer, chance: Random, *, approve: bool) -> None:
    final = corrected_edition(made.edition, made.corrections)
    writer.write("partners", [cohort.partners(made.edition)])
    writer.write("applicants", [made.applicants], made.applicants[0].attributes)
    writer.write("decisions", [made.decisions])
    ever = {taker.ref for taker in made.takers}
    others = [person.ref for person in made.applicants if person.ref not in ever]
    at_door = door.Door(final, made.takers, others, chance)
    writer.write("scans", at_door.scans())
    results = list(exams.results(final, made.takers, chance))
    again = [row for row in results if chance.random() < exams.SENT_TWICE]
    if any(module.test for module in final.modules):
        writer.write("results", [results, again])
    end = office.last_end(final)
    corrections: list[Correction] = [
        *made.corrections,
        *office.of_attendance(at_door.gaps, ZoneInfo(final.timezone), chance),
        *office.of_results(results, final, chance),
        *office.renames(made.applicants, end, chance),
    ]
    corrections.sort(key=lambda row: row.at)
    writer.write("corrections", [corrections])
    if approve and made.edition.issue == "on_approval":
        refs = [taker.ref for taker in made.takers]
        writer.write("approvals", [office.approvals(refs, made.edition.approvers, end, chance)])
