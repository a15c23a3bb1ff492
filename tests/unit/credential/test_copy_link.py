"""Links to a holder's own copy: which of them still counts, by events in any order."""

from datetime import timedelta
from itertools import permutations

import pytest
from ijaza_contracts.credential import CopyLinkGiven, CopyLinkRevoked
from ijaza_credential.domain.copy_link import EndLinks, GiveLink, opens
from ijaza_credential.domain.refusals import NotAllowedError

from tests.unit.credential.given import Life, after_closing, graduate, published, recorded, selected

AT = after_closing(1)
GIVE = GiveLink(actor="office-1", at=AT, expires_at=AT + timedelta(days=90))
END = EndLinks(actor="office-1", at=AT, reason="sent-to-somebody-else")


def test_the_last_link_counts() -> None:
    """Each ends those before it."""
    life = graduate()

    (first,) = life.order(GIVE)
    (second,) = life.order(GIVE)

    assert isinstance(first, CopyLinkGiven)
    assert isinstance(second, CopyLinkGiven)
    assert (first.number, second.number) == (1, 2)
    assert second.expires_at == GIVE.expires_at
    assert [opens(life.state, number) for number in (0, 1, 2, 3)] == [False, False, True, False]


def test_links_are_ended_once() -> None:
    """With actor and reason; a link that is given later opens."""
    life = graduate()
    assert life.order(END) == []
    life.order(GIVE)

    (ended,) = life.order(END)

    assert isinstance(ended, CopyLinkRevoked)
    assert (ended.number, ended.actor, ended.because) == (1, "office-1", "sent-to-somebody-else")
    assert not opens(life.state, 1)
    assert life.order(END) == []
    life.order(GIVE)
    assert opens(life.state, 2)


def test_the_order_of_events_changes_nothing() -> None:
    """Nor does hearing them twice."""
    life = graduate()
    events = [*life.order(GIVE), *life.order(END), *life.order(GIVE)]
    found = set()
    for order in permutations(events):
        heard = graduate()
        for event in (*order, *events):
            heard.fold(event)
        found.add((heard.state.link, heard.state.link_ended))

    assert found == {(2, 1)}


def test_a_link_changes_no_certificate() -> None:
    """Nothing follows from it."""
    life = graduate()
    before = life.state.issued

    life.order(GIVE)

    assert life.settle() == []
    assert life.state.issued == before


@pytest.mark.parametrize("known", [True, False])
def test_without_a_certificate_or_a_person_there_is_no_link(known: bool) -> None:
    """Nothing could be shown."""
    life = Life()
    if known:
        life.hear(published(), recorded(), selected())
    else:
        life = graduate()
        life.erase()

    with pytest.raises(NotAllowedError) as refused:
        life.order(GIVE)

    assert refused.value.code == ("no-certificate" if known else "nobody-to-show")
