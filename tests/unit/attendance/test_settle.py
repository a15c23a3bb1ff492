"""What attendance publishes, when, and under which version (design.md §4 and §6)."""

from ijaza_attendance.domain.settle import settle

from tests.unit.attendance.given import (
    HOUR,
    MINUTE,
    PUBLISHED_AT,
    at,
    corrected,
    folded,
    programme,
    scan,
    selected,
    session,
    settled,
    withdrawn,
)

STAY = (scan("in", at("16:00")), scan("out", at("17:00")))


def test_nothing_is_published_before_the_participant_is_selected() -> None:
    """Rule: "before ParticipantSelected arrives nothing is published for a participant"."""
    state = folded(*STAY)

    assert settle(state, programme()) == (state, ())


def test_somebody_who_withdrew_still_gets_the_seconds_published() -> None:
    """A withdrawal removes nothing of what was attended."""
    _, published = settled(programme(), *STAY, withdrawn())

    assert [event.seconds for event in published] == [HOUR]


def test_the_version_is_the_revision_and_the_number_of_facts() -> None:
    """Rule: "(edition revision, number of distinct facts folded that bear on its slot)"."""
    _, (event,) = settled(programme(revision=3), *STAY, *STAY)

    assert event.version == (3, 2)


def test_at_is_the_time_of_the_latest_fact() -> None:
    """SessionAttended: "`at` is the time of the latest fact that bears on it"."""
    _, (event,) = settled(programme(), *reversed(STAY))

    assert event.at == at("17:00")


def test_deciding_again_publishes_nothing() -> None:
    """A settled state has nothing left to say."""
    state, _ = settled(programme(), *STAY)

    assert settle(state, programme()) == (state, ())


def test_a_session_of_which_nothing_is_known_is_not_published() -> None:
    """Nobody has to be told that nothing was attended."""
    _, published = settled(programme(), scan("in", at("16:00")))

    assert published == []


def test_a_fact_that_changes_the_seconds_is_published_with_a_higher_version() -> None:
    """The fold downstream keeps the highest version."""
    state, (first,) = settled(programme(), *STAY)

    _, (second,) = settle(
        folded(scan("in", at("19:00")), corrected(30, at("21:00")), state=state), programme()
    )

    assert (first.version, second.version) == ((1, 2), (1, 4))
    assert (second.seconds, second.source) == (30 * MINUTE, "correction")


def test_a_correction_counts_as_given_whatever_the_scans_say() -> None:
    """Rule: "whole minutes ≥ 0 credited for it, as given": more than the session, or none."""
    _, (more,) = settled(programme(), *STAY, corrected(600, at("21:00")))
    _, (none,) = settled(programme(), *STAY, corrected(0, at("21:00")))

    assert (more.seconds, none.seconds) == (10 * HOUR, 0)


def test_of_several_corrections_the_latest_stands_then_the_one_further_down() -> None:
    """Rule: "the one with the latest `at` stands, of equal ones the one further down"."""
    corrections = [
        corrected(10, at("21:00"), correction="a", ordinal=3),
        corrected(20, at("22:00"), correction="b", ordinal=1),
        corrected(30, at("22:00"), correction="c", ordinal=2),
    ]

    _, (event,) = settled(programme(), *corrections)

    assert event.seconds == 30 * MINUTE


def test_a_correction_that_says_what_the_scans_say_is_published_for_its_source() -> None:
    """What stands is a person's word now: later scans no longer change it."""
    state, _ = settled(programme(), *STAY)

    _, (event,) = settle(folded(corrected(60, at("21:00")), state=state), programme())

    assert (event.seconds, event.source) == (HOUR, "correction")


def test_a_moved_session_is_published_again_under_the_new_revision() -> None:
    """Rule: "every rule below uses the new times"."""
    state, _ = settled(programme(), *STAY)

    moved = programme([session("s1", "16:30", "20:30")], revision=2)
    _, (event,) = settle(state, moved)

    assert (event.seconds, event.version) == (30 * MINUTE, (2, 2))


def test_a_session_that_moved_away_from_its_scans_is_published_as_nothing() -> None:
    """No fact is left for the slot: `at` is the time of the revision that took them away."""
    stay = [scan("in", at("16:00"), session=""), scan("out", at("17:00"), session="")]
    state, _ = settled(programme(), *stay)

    moved = programme([session("s1", day=5)], revision=2)
    settled_again, (event,) = settle(state, moved)

    assert (event.seconds, event.version) == (0, (2, 0))
    assert (event.at - PUBLISHED_AT).days == 1
    assert settle(settled_again, moved) == (settled_again, ())


def test_a_cancelled_session_is_published_as_any_other() -> None:
    """Whoever sums leaves it out; its seconds are a fact all the same."""
    _, (event,) = settled(programme([session("s1", cancelled=True)]), *STAY)

    assert event.seconds == HOUR


def test_an_older_revision_never_takes_back_what_a_newer_one_said() -> None:
    """A process that has not read the newest revision yet leaves such a state as it is."""
    newer = programme([session("s1", "16:30", "20:30")], revision=2)
    state, _ = settled(newer, *STAY)

    assert settle(state, programme(revision=1)) == (state, ())


def test_a_content_that_moves_a_scan_away_raises_the_version_of_the_slot_it_left() -> None:
    """Every content bears on each slot that any of them names.

    Else the slot that the scan left would change without a higher version.
    """
    rules = programme([session("s1"), session("s2", day=2)])
    opened = scan("in", at("16:00"), scan_id="a", session="s1", seq=5)
    state, (before,) = settled(rules, opened, scan("out", at("17:00"), scan_id="b"))

    stands = scan("in", at("16:00"), scan_id="a", session="s2", seq=4)
    _, (after,) = settle(folded(stands, selected(), state=state), rules)

    assert (before.session, before.seconds, before.version) == ("s1", HOUR, (1, 2))
    assert (after.session, after.seconds, after.version) == ("s1", 0, (1, 3))
