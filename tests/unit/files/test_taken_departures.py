"""Departures of all runs, as the ledger has them."""

from datetime import UTC, datetime
from pathlib import Path

from ijaza_local.files import Decision, content_of, departure_key, key_of
from ijaza_local.play.departures import taken_departures
from ijaza_local.play.ledger import Ledger, Row

AT = datetime(2019, 12, 1, tzinfo=UTC)


def test_a_departure_said_anew_keeps_its_place(tmp_path: Path) -> None:
    """A later run's row that differs in the reason alone is the departure that was taken first."""
    ledger = Ledger(tmp_path / "run.db")
    rows = [Decision("A", "withdraw", AT, "office", reason) for reason in ("", "moved abroad")]
    for count in (1, 2):
        ledger.begin()
        ledger.offer(Row("decisions", key_of(row), content_of(row)) for row in rows[:count])
        ledger.take()

    earlier = taken_departures(ledger).earlier
    ledger.close()

    assert earlier == {departure_key("decisions", "A", "withdraw", AT): 1}
