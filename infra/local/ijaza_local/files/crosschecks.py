"""What one file says of another: columns that rules name, and results of who never takes part."""

from collections.abc import Iterable, Mapping

from ijaza_contracts.edition import Selection

from .definition import EDITION_YAML, Definition
from .departures import departures_in_order, ever_taking_part
from .facts import RESULTS_CSV, Attempt
from .faults import Faults
from .model import Applicant, Correction, Decision
from .people import APPLICANTS_CSV
from .scalars import did_you_mean, spelled


def check_columns(definition: Definition, columns: tuple[str, ...], faults: Faults) -> None:
    """Note columns in the rules of the selection that applicants.csv does not have."""
    usable = [column for column in columns if column != "applied_at"]
    for path, column in definition.rule_columns.items():
        if columns and column not in usable:
            expected = f"a column of {APPLICANTS_CSV} with texts: {spelled(usable)}"
            line = definition.lines.get(path, 0)
            faults.add(EDITION_YAML, line, path, column, expected + did_you_mean(column, usable))


def check_takers(
    rules: Iterable[Selection | None],
    applicants: Iterable[Applicant],
    decisions: Iterable[Decision],
    corrections: Iterable[Correction],
    earlier: Mapping[str, int],
    attempts: Mapping[Attempt, int],
    faults: Faults,
) -> None:
    """Note results of those who never take part by any rule, after all departures of all files."""
    if not attempts:
        return
    ordered = departures_in_order(decisions, corrections, earlier)
    ever = {ref for rule in rules for ref in ever_taking_part(rule, applicants, ordered)}
    for (participant, _, _), line in attempts.items():
        if participant not in ever:
            expected = "somebody who takes part; the selection gives this person no place"
            faults.add(RESULTS_CSV, line, "participant", participant, expected)
