"""Sheets say what the domain counts, whatever happened; evidence folds as facts do."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_attendance.domain.evidence import record_of
from ijaza_attendance.domain.sheets import module_row, session_row, totals_of
from ijaza_attendance.domain.sums import module_sums
from ijaza_contracts.attendance import ScanRecorded
from ijaza_contracts.envelope import Event

from tests.properties.test_attendance_fold import lived, two_orders
from tests.unit.attendance.given import at, folded, scan

NOW = int(at("00:00", day=9).timestamp())


@given(two_orders())
def test_what_counts_on_the_sheets_of_sessions_is_what_the_sums_have(
    orders: tuple[list[Event], list[Event]],
) -> None:
    """Of each module, the totals of its sessions' sheets together."""
    life = lived(orders[0])
    assert life.programme is not None
    rules = life.programme
    totals = {
        name: totals_of([row])
        for name in rules.sittings
        if (row := session_row(life.state, rules, None, name, NOW)) is not None
    }

    for sums in module_sums(life.state, rules):
        module = [each for each in rules.sittings.values() if each.module == sums.module]
        assert sum(totals[each.session].seconds for each in module) == sums.attended_seconds
        whole = module_row(life.state, rules, None, sums.module, NOW)
        assert whole is not None
        assert (whole.scheduled_seconds, whole.attended_seconds) == sums[1:]


@pytest.mark.slow
@given(two_orders())
def test_a_record_leaves_out_no_fact(orders: tuple[list[Event], list[Event]]) -> None:
    """Every content, correction and excuse is in one place, with a session or without."""
    life = lived(orders[0])
    assert life.programme is not None
    record = record_of(life.state, life.programme, None, NOW)

    shown = [each for session in record.sessions for each in session.evidence]
    state = life.state
    facts = [*state.scans.values(), *state.corrections.values(), *state.excuses.values()]
    assert len(shown) + len(record.unplaced) == sum(map(len, facts)) + len(state.verdicts)


def sent(seq: int, device_at: int | None, offset: int, verdict: str) -> ScanRecorded:
    """A content under one scan id, perhaps with its origin."""
    time = at("16:00")
    origin = {
        "device_at": None if device_at is None else time + timedelta(milliseconds=device_at),
        "offset_ms": offset,
        "server_verdict": verdict,
    }
    return scan("in", time, scan_id="a", seq=seq).model_copy(update=origin)


SENT = st.builds(
    sent,
    st.integers(0, 2),
    st.none() | st.integers(0, 2),
    st.integers(-1, 1),
    st.sampled_from(["accepted", "revoked"]),
)


@given(st.lists(SENT, min_size=1, max_size=5), st.data())
def test_the_origin_that_is_kept_depends_on_no_order(
    scans: Sequence[ScanRecorded], data: st.DataObject
) -> None:
    """It is one that came with the content that stands: the least of those with an origin."""
    one = folded(*scans)
    other = folded(*data.draw(st.permutations([*scans, *scans])))

    assert one == other
    signed = [each.seq for each in scans if each.device_at is not None]
    assert ("a" in one.origins) == bool(signed)
    assert one.scans["a"][0].seq == min(signed or [each.seq for each in scans])
