"""formats.md, *Modules*: what is scheduled and attended of each module."""

from ijaza_attendance.domain.sums import module_sums

from tests.unit.attendance.given import HOUR, at, corrected, excused, programme, scan, session
from tests.unit.attendance.given import settled as settled_state


def test_scheduled_is_sessions_less_their_breaks() -> None:
    """Rule: "Scheduled = sessions less their breaks"."""
    rules = programme(
        [session("s1", breaks=[("17:00", "18:00")]), session("s2", day=2)], [session("s3", day=3)]
    )
    state, _ = settled_state(rules)

    assert module_sums(state, rules) == [("m1", 7 * HOUR, 0), ("m2", 4 * HOUR, 0)]


def test_attended_is_what_was_published_of_the_sessions() -> None:
    """Scans and corrections together."""
    rules = programme([session("s1"), session("s2", day=2)])
    state, _ = settled_state(
        rules,
        scan("in", at("16:00")),
        scan("out", at("17:00")),
        corrected(120, at("21:00", day=2), session="s2"),
    )

    assert module_sums(state, rules) == [("m1", 8 * HOUR, 3 * HOUR)]


def test_a_cancelled_session_counts_neither_way() -> None:
    """Rule: "without cancelled (for all) … ones, whose attendance does not count either"."""
    rules = programme([session("s1", cancelled=True), session("s2", day=2)])
    state, _ = settled_state(rules, scan("in", at("16:00")), scan("out", at("17:00")))

    assert module_sums(state, rules) == [("m1", 4 * HOUR, 0)]


def test_an_excused_session_counts_neither_way() -> None:
    """Rule: "… and excused (for the person) ones, whose attendance does not count either"."""
    rules = programme([session("s1"), session("s2", day=2)])
    state, _ = settled_state(
        rules, scan("in", at("16:00")), scan("out", at("17:00")), excused("s1")
    )

    assert module_sums(state, rules) == [("m1", 4 * HOUR, 0)]
