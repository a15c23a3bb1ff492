"""CloudEvents in Kafka's binary mode: what others read of it, and ids that tell a repeat."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from hypothesis import given
from hypothesis import strategies as st
from ijaza_contracts.attendance import ReviewResolved, ScanRecorded
from ijaza_contracts.enrollment import PersonRecorded
from ijaza_contracts.envelope import Event, Undecodable, decode
from ijaza_contracts.examples import EXAMPLES
from ijaza_contracts.registry import BY_TYPE
from ijaza_runtime.bus import partition_of

BY_KIND = pytest.mark.parametrize("event", EXAMPLES.values(), ids=EXAMPLES)

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

# Few characters, and among them those that a careless joining of parts would mix up.
_parts = st.text("1:\x1fa", max_size=5)
_scans = st.builds(
    ScanRecorded,
    edition=st.sampled_from(["mg-4", "mg-5"]),
    participant=_parts.filter(bool),
    at=st.sampled_from(
        [datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, 0, 0, 1, tzinfo=UTC)]
    ),
    scan_id=_parts.filter(bool),
    device=_parts,
    session=_parts,
    direction=st.sampled_from(["in", "out"]),
    seq=st.integers(0, 1),
)
_reviews = st.builds(
    ReviewResolved,
    edition=st.just("mg-4"),
    participant=_parts.filter(bool),
    at=st.just(datetime(2020, 1, 1, tzinfo=UTC)),
    kind=st.just("missing-out"),
    session=_parts,
    scan_id=_parts,
    detail=_parts,
    verdict=st.sampled_from(["accepted", "dismissed"]),
    actor=_parts,
)


def as_message(event: Event, **extra: str) -> KafkaMessage:
    headers = {name: value.encode() for name, value in (event.headers() | extra).items()}
    return KafkaMessage(headers=headers, key=event.key, value=event.body())


class TestCloudEvents:
    """The CNCF's own library reads and writes what we write."""

    @BY_KIND
    def test_the_library_reads_our_records(self, event: Event) -> None:
        """Every attribute arrives, and the data as JSON."""
        read = from_binary_event(as_message(event))

        assert read.get_specversion() == "1.0"
        assert read.get_id() == event.id
        assert read.get_type() == event.TYPE
        assert read.get_source() == f"/ijaza/{event.TOPIC.owner}"
        assert read.get_time() == event.at
        assert read.get_datacontenttype() == "application/json"
        assert read.get_extension("partitionkey") == event.key
        assert read.get_data() == json.loads(event.body())

    @BY_KIND
    def test_the_library_writes_the_same_headers(self, event: Event) -> None:
        """Read and written again by the library, key and headers are as we write them."""
        written = to_binary_event(from_binary_event(as_message(event)))

        assert written.key == event.key
        assert written.headers == as_message(event).headers

    def test_a_trace_goes_beside_the_attributes(self) -> None:
        """`traceparent` is a header of its own, there only if somebody traces."""
        event = next(iter(EXAMPLES.values()))

        assert event.headers(TRACEPARENT)["traceparent"] == TRACEPARENT
        assert "traceparent" not in event.headers()


class TestDecoding:
    """From a record to its event, or to what is wrong with it."""

    @BY_KIND
    def test_what_is_encoded_is_decoded(self, event: Event) -> None:
        """Headers and body give the same event back."""
        assert decode(event.headers(), event.body(), BY_TYPE) == event

    def test_a_type_of_no_concern_is_passed_over(self) -> None:
        """A newer service's event on the same topic is no fault."""
        event = next(iter(EXAMPLES.values()))

        assert decode(event.headers() | {"ce_type": "enrollment.New.v1"}, b"?", BY_TYPE) is None

    @pytest.mark.parametrize("missing", ["ce_type", "ce_id"])
    def test_a_record_that_is_no_cloudevent_is_refused(self, missing: str) -> None:
        """Without type or id there is nothing to know it by."""
        event = next(iter(EXAMPLES.values()))
        headers = {name: value for name, value in event.headers().items() if name != missing}

        with pytest.raises(Undecodable, match="expected a CloudEvent in binary mode"):
            decode(headers, event.body(), BY_TYPE)

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null", b'{"edition": 3}'])
    def test_a_broken_body_is_refused(self, body: bytes) -> None:
        """Whatever the bytes are, the answer is one kind of error that names the contract."""
        event = next(iter(EXAMPLES.values()))

        with pytest.raises(Undecodable, match=f"{event.TYPE} does not fit its contract"):
            decode(event.headers(), body, BY_TYPE)

    def test_an_error_names_the_fields_and_never_their_values(self) -> None:
        """The message goes to logs and dead letters, so no value is in it."""
        person = json.loads(EXAMPLES[PersonRecorded.TYPE].body())
        person |= {"version": "Mariam Fahmy", "email": ["m.fahmy@example.org"]}

        with pytest.raises(Undecodable) as refused:
            PersonRecorded.from_body(json.dumps(person).encode())

        assert "version: " in str(refused.value)
        assert "email: " in str(refused.value)
        assert "ahmy" not in str(refused.value)

    def test_a_time_without_an_offset_is_refused(self) -> None:
        """Times are compared with one another, and one without offset compares with none."""
        event = next(iter(EXAMPLES.values()))
        body = json.loads(event.body()) | {"at": "2020-01-01T10:00:00"}

        with pytest.raises(Undecodable, match="at: "):
            decode(event.headers(), json.dumps(body).encode(), BY_TYPE)


class TestIds:
    """An id says what is told of whom, so that a second sending is recognised."""

    @given(one=_scans | _reviews, other=_scans | _reviews)
    def test_ids_are_equal_exactly_where_the_identity_is(self, one: Event, other: Event) -> None:
        """Distinct slots never share an id, whatever characters their names have."""
        same = (one.TYPE, one.edition, one.key, one.identity) == (
            other.TYPE,
            other.edition,
            other.key,
            other.identity,
        )

        assert (one.id == other.id) is same

    @given(_scans, st.text("ab", max_size=3))
    def test_an_id_is_of_the_identity_alone(self, scan: ScanRecorded, text: str) -> None:
        """What an event says beside its slot does not change its id."""
        assert scan.model_copy(update={"pass_serial": text, "key_id": text}).id == scan.id

    @BY_KIND
    def test_a_second_sending_has_the_same_id(self, event: Event) -> None:
        """The event read back is the same event."""
        assert type(event).from_body(event.body()).id == event.id

    def test_types_never_share_an_id(self) -> None:
        """The examples are of one person and edition, and all ids differ."""
        assert len({event.id for event in EXAMPLES.values()}) == len(EXAMPLES)

    @pytest.mark.parametrize(
        ("kind", "field", "other"),
        [
            ("enrollment.EditionPublished.v1", "revision", 2),
            ("enrollment.PersonRecorded.v1", "version", 2),
            ("attendance.ScanRecorded.v1", "at", timedelta(seconds=1)),
            ("attendance.SessionAttended.v1", "session", "m1-d2"),
            ("attendance.SessionAttended.v1", "version", (1, 3)),
            ("attendance.AttendanceCorrected.v1", "correction", "another"),
            ("attendance.AbsenceExcused.v1", "correction", "another"),
            ("attendance.ReviewResolved.v1", "detail", "another"),
            ("assessment.TestPassed.v1", "attempt", 2),
            ("assessment.TestPassed.v1", "version", (2, 2)),
            ("credential.EligibilityReached.v1", "turn", 3),
            ("credential.CertificateApproved.v1", "actor", "approver-2"),
            ("credential.CertificateIssued.v1", "version", 2),
            ("graduations.ParticipantGraduated.v1", "graduation", "another"),
            ("enrollment.ApplicationSubmitted.v1", "participant", "another"),
            ("enrollment.EditionClosed.v1", "edition", "mg-5"),
        ],
    )
    def test_another_slot_or_version_is_another_event(
        self, kind: str, field: str, other: Any
    ) -> None:
        """Each part of what tells events apart is in the id."""
        event = EXAMPLES[kind]
        value = event.time + other if isinstance(other, timedelta) else other

        assert event.model_copy(update={field: value}).id != event.id


class TestPartitions:
    """Keys go to the partitions where Kafka's own clients put them."""

    @pytest.mark.parametrize(
        ("key", "murmur2"),
        [
            ("21", -973932308),
            ("foobar", -790332482),
            ("a-little-bit-long-string", -985981536),
            ("a-little-bit-longer-string", -1486304829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
            ("abc", 479470107),
        ],
    )
    def test_murmur2_is_kafkas(self, key: str, murmur2: int) -> None:
        """The vectors of Apache Kafka's UtilsTest, without their sign as its partitioner has it."""
        assert partition_of(key, 2**31) == murmur2 & 0x7FFFFFFF

    @given(st.text(min_size=1), st.integers(1, 64))
    def test_every_key_has_a_partition(self, key: str, partitions: int) -> None:
        """Any text, also beyond ASCII, falls within the partitions there are."""
        assert 0 <= partition_of(key, partitions) < partitions
