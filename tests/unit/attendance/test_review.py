"""formats.md, *Scans*, *Presence* and *Review*: what a person should look at."""

import pytest
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.review import review, verdict_on
from ijaza_contracts.attendance import ReviewResolved
from ijaza_contracts.envelope import Event

from tests.unit.attendance.given import (
    EDITION,
    PARTICIPANT,
    at,
    corrected,
    excused,
    folded,
    programme,
    scan,
    selected,
    session,
    withdrawn,
)


def raised(rules: Programme, *events: Event) -> list[tuple[str, str, str]]:
    """Kind, session and scan id of what these events raise."""
    return [(item.kind, item.session, item.scan_id) for item in review(folded(*events), rules)]


def test_nothing_odd_raises_nothing() -> None:
    """One stay, properly opened and closed."""
    events = [selected(), scan("in", at("16:00")), scan("out", at("20:00"))]

    assert raised(programme(), *events) == []


def test_each_other_content_of_a_scan_id_is_raised_with_its_session_as_written() -> None:
    """Rule: "each other raises scan-id-reused"; they "carry the session as written"."""
    rules = programme([session("s1"), session("s2", day=2)])
    events = [
        selected(),
        scan("out", at("15:00"), scan_id="a", session=""),
        scan("in", at("16:00", day=2), scan_id="a", session=""),
        scan("in", at("17:00", day=2), scan_id="a", session="s2"),
    ]

    assert raised(rules, *events) == [
        ("out-while-outside", "s1", "a"),
        ("scan-id-reused", "", "a"),
        ("scan-id-reused", "s2", "a"),
    ]


def test_the_detail_tells_contents_apart() -> None:
    """design.md §4: "detail tells apart what would otherwise be equal"."""
    events = [
        selected(),
        scan("out", at("15:00"), scan_id="a", session=""),
        scan("in", at("16:00"), scan_id="a", device="kiosk-2", seq=7),
        scan("in", at("16:00"), scan_id="a", device="kiosk-3", seq=7),
    ]

    details = [item.detail for item in review(folded(*events), programme()) if item.detail]

    assert details == [
        "in at 2019-12-15T16:00:00Z, seq 7, device kiosk-2",
        "in at 2019-12-15T16:00:00Z, seq 7, device kiosk-3",
    ]


def test_somebody_who_never_takes_part_raises_that_and_no_more() -> None:
    """Rule: "a participant who never takes part …"; "at most one of these three"."""
    events = [
        scan("in", at("16:00"), scan_id="a"),
        scan("in", at("17:00"), scan_id="b"),
        scan("in", at("03:00"), scan_id="c", session=""),
    ]

    assert raised(programme(), *events) == [
        ("not-taking-part", "", "c"),
        ("not-taking-part", "s1", "a"),
        ("not-taking-part", "s1", "b"),
    ]


def test_other_contents_of_somebody_who_never_takes_part_are_raised_too() -> None:
    """What stands is decided first: "Then: a participant who never takes part"."""
    events = [
        scan("in", at("16:00"), scan_id="a"),
        scan("in", at("17:00"), scan_id="a"),
    ]

    assert raised(programme(), *events) == [
        ("not-taking-part", "s1", "a"),
        ("scan-id-reused", "s1", "a"),
    ]


def test_a_later_selection_takes_not_taking_part_back() -> None:
    """*Review*: "what no longer holds once a later fact is in is not listed"."""
    events = [scan("in", at("16:00")), scan("out", at("20:00")), selected()]

    assert raised(programme(), *events) == []


def test_a_scan_far_from_every_session_has_none() -> None:
    """Rule: "none: no-session"."""
    events = [selected(), scan("in", at("03:00"), scan_id="a", session="")]

    assert raised(programme(), *events) == [("no-session", "", "a")]


def test_a_scan_of_a_session_that_a_revision_dropped_has_none() -> None:
    """The session is gone for everybody; the scan is raised, never dropped (design.md §6)."""
    rules = programme([session("s2", day=2)], revision=2)
    events = [selected(), scan("in", at("16:00"), scan_id="a", session="s1")]

    assert raised(rules, *events) == [("no-session", "s1", "a")]


def test_presence_raises_what_is_odd_with_the_session_assigned() -> None:
    """Rule: "Reviews of presence carry the session that the scan was assigned to"."""
    events = [
        selected(),
        scan("out", at("16:00"), scan_id="a", session=""),
        scan("in", at("16:10"), scan_id="b", session=""),
        scan("in", at("16:20"), scan_id="c"),
    ]

    assert raised(programme(), *events) == [
        ("in-while-inside", "s1", "c"),
        ("missing-out", "s1", "b"),
        ("out-while-outside", "s1", "a"),
    ]


def test_a_missing_out_that_is_credited_is_not_raised() -> None:
    """Only "with `review`" does the scan that opened it raise missing-out."""
    rules = programme(missing_out="credit_to_end")

    assert raised(rules, selected(), scan("in", at("16:00"))) == []


def test_in_only_raises_nothing_of_presence() -> None:
    """Rule: "none of in-while-inside, out-while-outside, missing-out is raised"."""
    rules = programme(record="in-only")
    events = [
        selected(),
        scan("out", at("16:00")),
        scan("in", at("16:10")),
        scan("in", at("16:20")),
    ]

    assert raised(rules, *events) == []


@pytest.mark.parametrize(
    "later",
    [withdrawn(), corrected(240, at("21:00")), excused("s1")],
    ids=["withdrawal", "attendance correction", "excuse"],
)
def test_what_staff_does_later_removes_nothing(later: Event) -> None:
    """Rule: "Withdrawal, attendance corrections, excuses … remove nothing"."""
    events = [selected(), scan("in", at("16:00"), scan_id="a"), later]

    assert raised(programme(), *events) == [("missing-out", "s1", "a")]


def test_a_cancellation_removes_nothing() -> None:
    """Rule: "… cancellations … remove nothing"."""
    rules = programme([session("s1", cancelled=True)])

    assert raised(rules, selected(), scan("in", at("16:00"), scan_id="a")) == [
        ("missing-out", "s1", "a")
    ]


def test_a_verdict_is_shown_with_its_item_which_stays() -> None:
    """Rule: "… and a person's verdict remove nothing"; the latest verdict is the one shown."""

    def said(verdict: str, clock: str) -> ReviewResolved:
        return ReviewResolved.model_validate(
            {
                "edition": EDITION,
                "participant": PARTICIPANT,
                "at": at(clock),
                "kind": "missing-out",
                "session": "s1",
                "scan_id": "a",
                "verdict": verdict,
                "actor": "staff-7",
            }
        )

    state = folded(
        selected(),
        scan("in", at("16:00"), scan_id="a"),
        said("accepted", "22:00"),
        said("dismissed", "21:00"),
    )

    (item,) = review(state, programme())

    verdict = verdict_on(item, state)
    assert verdict is not None
    assert verdict.verdict == "accepted"
