"""Selection, waiting list and departures."""

from dataclasses import dataclass

from .corrections import standing
from .reading import Edition, Row, SelectionRules, parse_time


@dataclass(frozen=True, slots=True)
class Selection:
    """What became of every applicant, and who was selected at any time."""

    outcome: dict[str, str]
    rank: dict[str, int]
    ever: frozenset[str]

    @property
    def at_the_end(self) -> list[str]:
        """Who takes part at the end, by code point."""
        return sorted(ref for ref in self.outcome if self.outcome[ref] == "selected")


def select(
    edition: Edition, applicants: list[Row], decisions: list[Row], corrections: list[Row]
) -> Selection:
    """The outcome of the selection after all departures of a single run."""
    departures = _departures(edition, decisions, corrections)
    if edition.selection is None:
        return _roster(applicants, departures)
    rules = edition.selection
    order = _order(edition, rules, applicants)
    waitlisted = {row["ref"] for row in order}
    outcome = {
        row["ref"]: "waitlisted" if row["ref"] in waitlisted else "declined" for row in applicants
    }
    ever: set[str] = set()
    _fill(rules, order, outcome, ever)
    for at, ref in departures:
        if outcome[ref] != "declined":
            outcome[ref] = "withdrawn"
        if at <= rules.promote_until:
            _fill(rules, order, outcome, ever)
    rank = {row["ref"]: place for place, row in enumerate(order, start=1)}
    return Selection(outcome, rank, frozenset(ever))


def _roster(applicants: list[Row], departures: list[tuple[int, str]]) -> Selection:
    gone = {ref for _, ref in departures}
    refs = [row["ref"] for row in applicants]
    outcome = {ref: "withdrawn" if ref in gone else "selected" for ref in refs}
    return Selection(outcome, {}, frozenset(refs))


def _departures(
    edition: Edition, decisions: list[Row], corrections: list[Row]
) -> list[tuple[int, str]]:
    """(at, participant) of every departure, in the order in which they are applied."""
    decided = sorted(
        (parse_time(row["at"], edition.zone), row["participant"], row["decision"])
        for row in decisions
        if row["decision"] in ("decline", "withdraw")
    )
    corrected = sorted(
        (parse_time(row["at"], edition.zone), row["participant"])
        for row in standing(edition, corrections).values()
        if row["kind"] == "withdraw"
    )
    return [(at, ref) for at, ref, _ in decided] + corrected


def _order(edition: Edition, rules: SelectionRules, applicants: list[Row]) -> list[Row]:
    """Who passes `require`, in the order of selection."""

    def passes(row: Row) -> bool:
        return all(row[column] in accepted for column, accepted in rules.require.items())

    def place(row: Row) -> tuple[list[int], int, str]:
        classes = [_class(row[column], order) for column, order in rules.prefer]
        return classes, parse_time(row["applied_at"], edition.zone), row["ref"]

    return sorted((row for row in applicants if passes(row)), key=place)


def _class(value: str, order: list[list[str]]) -> int:
    for index, values in enumerate(order):
        if value in values:
            return index
    return len(order)


def _fill(rules: SelectionRules, order: list[Row], outcome: dict[str, str], ever: set[str]) -> None:
    """Walks down the order once and selects whoever waits and breaks no `at_most`."""
    for row in order:
        selected = [other for other in order if outcome[other["ref"]] == "selected"]
        if len(selected) >= rules.capacity:
            return
        if outcome[row["ref"]] != "waitlisted":
            continue
        breaks_quota = any(
            sum(other[column] == row[column] for other in selected) >= seats
            for column, seats in rules.at_most
        )
        if not breaks_quota:
            outcome[row["ref"]] = "selected"
            ever.add(row["ref"])
