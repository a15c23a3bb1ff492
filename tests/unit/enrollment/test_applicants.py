"""Applicants: applications, names as they are corrected, and erasure."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from ijaza_contracts.enrollment import ApplicationSubmitted, PersonRecorded
from ijaza_contracts.topics import ENROLLMENT, PEOPLE
from ijaza_enrollment.domain.applicants import Applicant
from ijaza_enrollment.domain.commands import Application, Apply, ErasePerson, RenamePerson
from ijaza_enrollment.storage import APPLICANTS, PAGES, RUNS
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.bus import BusError, Record
from ijaza_runtime.errors import Conflicting, Invalid, NotKnown

from tests.unit.enrollment.given import (
    EDITION,
    World,
    application,
    day,
    edition,
    leaves,
    rule,
    world,
)


async def apply(place: World, *applications: Application) -> list[Applicant]:
    return await place.desk.applicants.apply(Apply(edition=EDITION, applications=applications))


async def rename(
    place: World,
    value: str,
    on: float,
    *,
    target: str = "name_en",
    correction: str = "",
    ordinal: int = 0,
) -> PersonRecorded:
    """Correct A's name; returns what is known of A then."""
    command = RenamePerson(
        edition=EDITION,
        participant=place.id_of("A"),
        target="name_ar" if target == "name_ar" else "name_en",
        value=value,
        at=day(on),
        actor="staff-7",
        correction=correction or f"{target}-{value}-{on}",
        ordinal=ordinal,
    )
    await place.desk.applicants.rename([command])
    return (await people(place))[-1]


async def people(place: World) -> list[PersonRecorded]:
    events = await place.published(PEOPLE)
    return [event for event in events if isinstance(event, PersonRecorded)]


async def test_an_application_tells_who_applied_on_the_topic_of_people_alone() -> None:
    """Given an edition, when somebody applies, then no name is on any other topic, and no ref."""
    place = await world()
    applied = replace(application("A", 3, organisation="customs"), nominated_by="las")

    await place.open_call(edition(rule(1)), applied)

    who = {"edition": EDITION, "participant": place.id_of("A"), "at": day(3)}
    assert await place.published(ENROLLMENT) == [ApplicationSubmitted(**who, nominated_by="las")]
    assert await people(place) == [
        PersonRecorded(
            **who,
            version=1,
            name_en="Name of A",
            name_ar="اسم A",
            email="a@applicants.example.org",
            attributes={"organisation": "customs"},
        )
    ]


async def test_the_same_application_again_changes_nothing() -> None:
    """Given an application, when it is sent again, also after the selection, then that is fine."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A"))
    await apply(place, application("A"))
    await place.select()

    (applicant,) = await apply(place, application("A"))

    assert applicant.participant == place.id_of("A")
    assert len(await people(place)) == 1


async def test_what_was_submitted_cannot_change() -> None:
    """Given two applications, when one comes with another content, then nothing is recorded."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A"), application("B"))

    with pytest.raises(Conflicting, match="place 2") as refused:
        await apply(place, application("C"), application("B", 1))

    assert "Name of" not in refused.value.detail
    assert len(await people(place)) == 2
    with pytest.raises(Conflicting, match="stands above"):
        await apply(place, application("D"), application("D", 1))


async def test_nobody_applies_after_the_selection() -> None:
    """The rule: "After the selection a new row of applicants.csv is an error"."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A"))
    await place.select()

    with pytest.raises(Conflicting, match="nobody can apply any more"):
        await apply(place, application("B"))


async def test_a_roster_takes_people_at_any_time() -> None:
    """The rule: "… is an error, except on a roster"."""
    place = await world()
    await place.open_call(edition(), application("A"))
    await place.select()

    (added,) = await apply(place, application("B"))

    assert added.participant == place.id_of("B")


async def test_one_ref_in_two_editions_is_two_participants() -> None:
    """Given two editions, when the same ref applies to both, then the ids have nothing in common,
    and an id leads nowhere in the other edition.
    """
    place = await world()
    await place.open_call(edition(), application("A"))
    await place.open_call(edition(name="mg-5"), application("A"))

    other = place.desk.applicants.id_of("mg-5", "A")

    assert other != place.id_of("A")
    assert (await place.desk.applicants.get("mg-5", other)).edition == "mg-5"
    with pytest.raises(NotKnown):
        await place.desk.applicants.get(EDITION, other)


async def test_a_name_is_corrected_in_one_script_at_a_time() -> None:
    """Given a person, when one name is corrected, then the other stays, and the version rises."""
    place = await world()
    await place.open_call(edition(), application("A", 1))

    known = await rename(place, "Salma Fawzi", 5)

    assert (known.version, known.at) == (2, day(5))
    assert (known.name_en, known.name_ar) == ("Salma Fawzi", "اسم A")
    known = await rename(place, "سلمى", 6, target="name_ar")
    assert (known.name_en, known.name_ar) == ("Salma Fawzi", "سلمى")


async def test_the_name_of_the_latest_correction_stands() -> None:
    """The rule: "the one with the latest `at` stands, of equal ones the one further down"."""
    place = await world()
    await place.open_call(edition(), application("A"))

    await rename(place, "Latest", 6, ordinal=2)
    assert (await rename(place, "Earlier", 5)).name_en == "Latest"
    assert (await rename(place, "Above", 6, ordinal=1)).name_en == "Latest"
    known = await rename(place, "Below", 6, ordinal=3)

    assert (known.name_en, known.version, known.at) == ("Below", 5, day(6))


async def test_a_rename_counts_once() -> None:
    """Given a rename, when it is sent again, then there is no further event."""
    place = await world()
    await place.open_call(edition(), application("A"))
    await rename(place, "Salma", 5)

    await rename(place, "Salma", 5)

    assert len(await people(place)) == 2


async def test_a_name_cannot_be_empty_and_a_stranger_has_none() -> None:
    """Given an edition, when a name is corrected to nothing, or a stranger's, it is refused."""
    place = await world()
    await place.open_call(edition())

    with pytest.raises(Invalid, match="empty"):
        await rename(place, " ", 5)
    with pytest.raises(NotKnown):
        await rename(place, "Salma", 5)


async def test_erasing_a_person_leaves_the_outcome_and_nothing_that_leads_to_a_person() -> None:
    """Given a participant who left, when the person is erased, then a tombstone is sent, and no
    document holds the ref, a name, an address, an attribute or a note any more.
    """
    place = await world()
    await place.open_call(
        edition(rule(1, at_most={"organisation": 1})),
        application("A-ref", organisation="customs office"),
        application("B-ref", 1, organisation="police"),
    )
    await place.select()
    await place.depart(leaves("A-ref", command="d1"))
    person = place.id_of("A-ref")

    erase = ErasePerson(edition=EDITION, participant=person)
    await place.desk.applicants.erase(erase)
    again = await place.desk.applicants.erase(erase)

    assert again.application is None
    tombstones = [one for one in await place.records(PEOPLE) if one.value is None]
    assert [one.key for one in tombstones] == [person]
    for collection in (APPLICANTS, RUNS, PAGES):
        for document in await place.store.page(collection, scope=EDITION, most=100):
            for word in (b"A-ref", b"a-ref", b"customs office", b"moved abroad"):
                assert word not in document.body
    result = await place.desk.selections.result(EDITION, person)
    assert result is not None
    assert (result.outcome, result.number) == ("withdrawn", 1)


async def test_an_erased_person_stays_erased() -> None:
    """Given an erased person, when the application or a rename comes again, nothing is recorded."""
    place = await world()
    await place.open_call(edition(), application("A"))
    await place.desk.applicants.erase(ErasePerson(edition=EDITION, participant=place.id_of("A")))
    before = await place.records(PEOPLE)

    await apply(place, application("A"))
    await rename(place, "Salma", 5)

    assert await place.records(PEOPLE) == before


async def test_who_is_erased_before_the_selection_is_not_considered() -> None:
    """Given two applicants for one seat, when the first is erased, then the other gets it."""
    place = await world()
    await place.open_call(edition(rule(1)), application("A", 1), application("B", 2))
    await place.desk.applicants.erase(ErasePerson(edition=EDITION, participant=place.id_of("A")))

    await place.select()

    results = await place.desk.selections.results(EDITION)
    assert [(one.participant, one.outcome) for one in results] == [(place.id_of("B"), "selected")]


class SilentBus(MemoryBus):
    """A bus that can be out of reach."""

    silent = False

    async def publish(self, records: Sequence[Record]) -> None:
        if self.silent:
            raise BusError("out of reach")
        await super().publish(records)


async def test_what_is_recorded_while_the_bus_is_away_is_sent_later() -> None:
    """Given a bus out of reach, when somebody applies and is erased, then the commands succeed,
    and when it is back, then the tombstone is sent, and the name never.
    """
    bus = SilentBus()
    place = await world(bus=bus)
    await place.open_call(edition())
    bus.silent = True
    await apply(place, application("A"), application("B"))
    await place.desk.applicants.erase(ErasePerson(edition=EDITION, participant=place.id_of("A")))

    bus.silent = False
    await place.relay()

    assert [event.name_en for event in await people(place)] == ["Name of B"]
    assert {one.key for one in await place.records(PEOPLE) if one.value is None} == {
        place.id_of("A")
    }
    assert len(await place.published(ENROLLMENT)) == 2
