"""design.md §3: "a service's store is a fold of its own events and its inputs, and can be rebuilt
from them". What certificates state is in credential's own journal; without that, what the valid one
states is found again by the credential's id.
"""

from ijaza_credential.domain.gate import proposal
from ijaza_runtime.outbox import record_of

from tests.unit.credential.given import (
    PARTICIPANT,
    Life,
    after_closing,
    attended,
    graduate,
    recorded,
    types,
)


def rebuilt(live: Life, *, journal: bool = False) -> Life:
    """The same participant, from an empty store; the person is who is recorded last."""
    life = Life(programme=live.programme, person=live.person)
    life.hear(*live.heard, *live.events, *(live.journal if journal else ()))
    return life


def test_what_superseded_certificates_stated_is_told_by_the_journal() -> None:
    """Names and results of every certificate of a serial, and nothing is said anew."""
    live = graduate()
    live.hear(recorded("Another Name", version=2, at=after_closing(1)))

    life = rebuilt(live, journal=True)

    assert live.state.status(1) == "superseded"
    assert sorted(live.state.stated) == [1, 2]
    assert life.state == live.state
    assert (life.events, life.journal) == ([], [])


def test_the_journal_is_told_with_the_certificate_and_only_then() -> None:
    """A fact that changes no certificate is no news to it."""
    live = graduate()
    told = list(live.journal)

    live.hear(attended("m1-d1", 4, facts=2, at=after_closing(1)))

    assert types(told) == ["CertificatesStated"]
    assert live.journal == told


def test_erasing_a_person_puts_a_tombstone_over_the_journal() -> None:
    """It has a key, and no body; a second decision puts none."""
    live = graduate()
    live.erase()
    live.settle()

    (tombstone,) = live.journal[1:]

    record = record_of(tombstone)
    assert (record.topic, record.key, record.value) == ("credential.journal", PARTICIPANT, None)


def test_what_the_valid_certificate_states_is_found_again() -> None:
    """What holds now gives the credential's id: so that is what it states."""
    live = graduate()

    life = rebuilt(live)

    assert life.events == []
    assert life.state == live.state


def test_a_change_that_was_never_decided_before_the_loss_is_decided_after_it() -> None:
    """The corrected seconds were published, but the store was lost before they were folded."""
    live = graduate()
    live.heard.append(attended("m1-d1", 3, facts=2, at=after_closing(1)))

    life = rebuilt(live)

    assert types(life.events)[0] == "CertificateIssued"
    assert life.state.stated[2].results[0].attended == 15 * 3600


def test_a_proposal_still_waits_after_the_loss() -> None:
    """That something else was stated is known, though no longer what."""
    live = graduate(on_change="propose")
    live.hear(recorded("Another Name", version=2, at=after_closing(1)))

    life = rebuilt(live)

    assert life.events == []
    assert life.programme is not None
    waits = proposal(life.state, life.programme, life.person)
    assert waits is not None
    assert waits.change.kind == "supersede"
    assert life.state.stated == {}
