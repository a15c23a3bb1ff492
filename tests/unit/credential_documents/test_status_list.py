"""Status lists: the bits, their packing, and which bit is whose."""

import base64
import gzip
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_credential.documents.did import build_did_document
from ijaza_credential.documents.proof import verify
from ijaza_credential.documents.status_list import (
    LIST_BITS,
    StatusList,
    StatusListError,
    block_and_place,
    build_status_list_credential,
    read_status_list,
    status_index,
    status_list_number,
)

from tests.unit.credential_documents.given import EDITION, HOST, ISSUED_AT, SECRET, key

indexes = st.integers(0, LIST_BITS - 1)


@settings(max_examples=20, deadline=None)
@given(revoked=st.sets(indexes, max_size=50), other=indexes)
def test_a_list_comes_back_from_its_packed_form(revoked: set[int], other: int) -> None:
    """Exactly the bits that were set are set."""
    unpacked = StatusList.decode(StatusList.of(revoked).encode())

    assert all(unpacked.is_set(index) for index in revoked)
    assert unpacked.is_set(other) == (other in revoked)


def test_bit_zero_is_the_most_significant_of_the_first_byte() -> None:
    """As the specification of Bitstring Status Lists has it."""
    assert StatusList.of([0]).bits[0] == 0b1000_0000
    assert StatusList.of([15]).bits[1] == 0b0000_0001


def test_the_packed_form_is_what_gzip_and_base64url_make() -> None:
    """Multibase `u`, no padding, and no time or system in the header."""
    encoded = StatusList.of([3]).encode()
    packed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))

    assert encoded[0] == "u"
    assert "=" not in encoded
    assert packed[4:10] == b"\x00\x00\x00\x00\x02\xff"
    assert gzip.decompress(packed) == StatusList.of([3]).bits


def packed(data: bytes) -> str:
    """Some bytes, packed like a list."""
    return "u" + base64.urlsafe_b64encode(gzip.compress(data)).decode().rstrip("=")


NO_LISTS = {
    "empty": "",
    "another base": "z" + StatusList.of([]).encode()[1:],
    "nothing packed": "u",
    "no base64": "u!!!",
    "no ASCII": "ué",
    "a torn stream": StatusList.of([]).encode()[:-8],
    "too few bits": packed(b"\x00" * 100),
    "a bomb of 40 MiB": packed(b"\x00" * (40 << 20)),
    "more after the stream": "u"
    + base64.urlsafe_b64encode(gzip.compress(b"\x00" * 16384) + b"more").decode(),
}


@pytest.mark.parametrize("encoded", NO_LISTS.values(), ids=NO_LISTS)
def test_what_is_no_list_is_refused(encoded: str) -> None:
    """The message says what was expected."""
    with pytest.raises(StatusListError, match="encodedList"):
        StatusList.decode(encoded)


def test_a_bit_outside_the_list_is_an_error() -> None:
    """Neither "revoked" nor "stands" could be said of it."""
    with pytest.raises(IndexError, match="131072"):
        StatusList.of([LIST_BITS])
    with pytest.raises(IndexError, match="131072"):
        StatusList.of([]).is_set(LIST_BITS)


def test_merged_lists_have_the_bits_of_both() -> None:
    """Of two states of one list nothing that was ever revoked is forgotten."""
    merged = StatusList.of([1, 70_000]).merged(StatusList.of([2]))

    assert [index for index in (0, 1, 2, 70_000) if merged.is_set(index)] == [1, 2, 70_000]


def test_a_status_list_credential_is_signed_and_read_back() -> None:
    """Its id is the address that credentials name."""
    made = build_status_list_credential(
        StatusList.of([5]), did_host=HOST, edition=EDITION, number=3, updated=ISSUED_AT, key=key()
    )

    verify(made, build_did_document(HOST, [key().multibase]))
    assert made["id"] == f"https://{HOST}/editions/{EDITION}/status/3"
    assert read_status_list(made).is_set(5)


@pytest.mark.slow
def test_no_two_places_of_a_block_share_an_index() -> None:
    """The keyed shuffle is a bijection of all 131,072 places."""
    shuffled = {status_index(SECRET, EDITION, 1, 0, place) for place in range(LIST_BITS)}

    assert shuffled == set(range(LIST_BITS))


def test_neighbours_are_scattered() -> None:
    """An index says nothing about the place: neighbours land all over the list."""
    shuffled = [status_index(SECRET, EDITION, 1, 0, place) for place in range(1000)]
    gaps = sorted(abs(a - b) for a, b in pairwise(shuffled))

    assert sum(index < LIST_BITS // 2 for index in shuffled) in range(400, 600)
    assert gaps[len(gaps) // 2] > LIST_BITS // 8


def test_every_list_is_shuffled_in_its_own_way() -> None:
    """Indexes of two versions, blocks or editions cannot be matched with each other."""
    lists = [
        (SECRET, EDITION, 1, 0),
        (SECRET, EDITION, 2, 0),
        (SECRET, EDITION, 1, 1),
        (SECRET, "mg-5", 1, 0),
        (b"another secret", EDITION, 1, 0),
    ]
    shuffled = [tuple(status_index(*each, place) for place in range(50)) for each in lists]

    assert len(set(shuffled)) == len(lists)
    assert all(
        sum(a == b for a, b in zip(shuffled[0], other, strict=True)) < 3 for other in shuffled[1:]
    )


def test_an_index_stays_what_it_is() -> None:
    """It stands in signed credentials: a change of the shuffle would revoke strangers."""
    first = [status_index(SECRET, EDITION, 1, 0, place) for place in range(3)]

    assert first == [72203, 5281, 5221]


def test_list_numbers_are_distinct_and_dense() -> None:
    """Cantor's pairing: the first diagonals fill 1, 2, 3, … without a gap."""
    numbers = sorted(
        status_list_number(version, block)
        for version in range(1, 11)
        for block in range(11 - version)
    )

    assert numbers == list(range(1, 56))
    assert status_list_number(1, 0) == 1


def test_blocks_are_of_131072_numbers() -> None:
    """Participant numbers start at 1."""
    assert block_and_place(1) == (0, 0)
    assert block_and_place(LIST_BITS) == (0, LIST_BITS - 1)
    assert block_and_place(LIST_BITS + 1) == (1, 0)


@pytest.mark.parametrize("arguments", [(0, 0), (1, -1)])
def test_there_is_no_list_before_the_first(arguments: tuple[int, int]) -> None:
    """Versions start at 1, blocks at 0."""
    with pytest.raises(ValueError, match="no status list"):
        status_list_number(*arguments)


def test_there_is_no_number_below_one_and_no_place_outside() -> None:
    """Neither could have a bit."""
    with pytest.raises(ValueError, match="start at 1"):
        block_and_place(0)
    with pytest.raises(ValueError, match="131071"):
        status_index(SECRET, EDITION, 1, 0, LIST_BITS)
