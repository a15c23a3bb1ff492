"""Who left, over all runs: the departures that the ledger's rows are, and when they were taken."""

from dataclasses import dataclass

from ijaza_enrollment.domain.entries import Departure

from ijaza_local.files import departure_key, departures_in_order, row_of
from ijaza_local.files.model import Correction, Decision
from ijaza_local.play.ledger import Ledger


@dataclass(frozen=True, slots=True)
class TakenDepartures:
    """Rows of decisions.csv and corrections.csv, and the number of the run that took each first.

    Two rows that differ in actor or reason alone are one departure, whichever run brought which.
    """

    decisions: tuple[Decision, ...]
    corrections: tuple[Correction, ...]
    earlier: dict[str, int]

    def in_order(self, *, corrected: bool) -> list[Departure]:
        """Those by decision, and the corrected ones if they are asked for, as they come to pass."""
        corrections = self.corrections if corrected else ()
        return departures_in_order(self.decisions, corrections, self.earlier)


def taken_departures(ledger: Ledger) -> TakenDepartures:
    """Every departure that was taken, by this run or an earlier one."""
    decisions: list[Decision] = []
    corrections: list[Correction] = []
    earlier: dict[str, int] = {}
    for row in ledger.taken("decisions"):
        decision = row_of("decisions", row.content)
        if isinstance(decision, Decision):
            decisions.append(decision)
            kind, at = decision.decision, decision.at
            earlier.setdefault(departure_key("decisions", decision.participant, kind, at), row.run)
    for row in ledger.taken("corrections"):
        correction = row_of("corrections", row.content)
        if isinstance(correction, Correction) and correction.kind == "withdraw":
            corrections.append(correction)
            key = departure_key("corrections", correction.participant, "withdraw", correction.at)
            earlier.setdefault(key, row.run)
    return TakenDepartures(tuple(decisions), tuple(corrections), earlier)
