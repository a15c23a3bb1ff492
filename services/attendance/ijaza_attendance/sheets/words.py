"""What a sheet has words for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ijaza_contracts.attendance import ReviewKind, ScanMethod

from ijaza_attendance.domain.evidence import Weight
from ijaza_attendance.domain.sheets import Standing

Language = Literal["en", "ar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All words of one language. Months are those of Egypt."""

    session_sheet: str
    module_sheet: str
    record: str
    edition: str
    module: str
    session: str
    day: str
    hours: str
    from_to: str
    people: str
    number: str
    name: str
    participant: str
    arrival: str
    departure: str
    inside: str
    changes: str
    remarks: str
    signature: str
    signature_in: str
    signature_out: str
    attended: str
    scheduled: str
    share: str
    total: str
    corrected: str
    corrected_mark: str
    excused: str
    cancelled_notice: str
    merged_notice: str
    withdrawn: str
    name_unknown: str
    review: str
    nobody: str
    asked: str
    asked_percent: str
    asked_hours: str
    asked_both: str
    asked_decided: str
    generated: str
    revision: str
    page: str
    times: str
    part: str
    counted: str
    by_scans: str
    by_correction: str
    time: str
    what: str
    by: str
    device_time: str
    offset: str
    details: str
    scan_in: str
    scan_out: str
    takes_back: str
    correction: str
    replaced: str
    minutes: str
    excuse: str
    verdict: str
    accepted: str
    dismissed: str
    no_evidence: str
    unplaced: str
    not_taking_part: str
    server_said: str
    standings: Mapping[Standing, str]
    weights: Mapping[Weight, str]
    methods: Mapping[ScanMethod, str]
    kinds: Mapping[ReviewKind, str]
    months: tuple[str, ...]
