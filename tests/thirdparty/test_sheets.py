"""Attendance sheets as screen readers and archives meet them."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ijaza_attendance.domain.evidence import record_of
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.sheets import totals_of
from ijaza_attendance.sheets.common import Extent
from ijaza_attendance.sheets.module import module_sheet
from ijaza_attendance.sheets.paper import Sheet
from ijaza_attendance.sheets.printed import printed
from ijaza_attendance.sheets.record import record_sheet
from ijaza_attendance.sheets.session import session_sheet
from ijaza_attendance.sheets.words import Language
from ijaza_attendance.sheets.writing import writing_of

from tests.thirdparty.test_badges import NAMES
from tests.unit.attendance.given import at, corrected, excused, session, withdrawn
from tests.unit.attendance.sheet_rows import (
    MERGED,
    attending,
    bilingual,
    in_module,
    on_sheet,
    signed_scan,
    stayed,
)

pytestmark = pytest.mark.slow


def sheets(language: Language) -> Iterator[Sheet]:
    """One of each kind, with every name that the badges have too."""
    days = [session(f"d{day}", day=day + 4) for day in range(1, 12)]
    rules = bilingual(session("s1"), session("s2", day=2), MERGED, *days)
    people = [
        (
            attending(
                rules,
                *stayed("16:02", "17:02"),
                signed_scan(at("18:00")),
                corrected(50, at("21:00")),
                excused("s2"),
                *([withdrawn()] if number % 3 == 0 else []),
                participant=f"p{number}",
                number=number,
            ),
            Person(en, ar, 1),
        )
        for number, (en, ar) in enumerate(NAMES)
    ]
    now, extent = int(at("12:00", day=9).timestamp()), Extent(1, len(people), len(people))
    writing = writing_of(rules, language)
    rows = [on_sheet(state, rules, person=person) for state, person in people]
    for blank in (False, True):
        for name in ("s1", "s4"):
            yield session_sheet(
                rows,
                totals_of(rows),
                rules,
                rules.sittings[name],
                writing,
                extent,
                now,
                blank=blank,
            )
    modules = [in_module(state, rules, person) for state, person in people]
    yield module_sheet(modules, rules, "m1", writing, extent, now)
    yield record_sheet(record_of(people[1][0], rules, people[1][1], now), rules, writing, now)


def test_sheets_are_accessible(
    verapdf: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """PDF/UA-1 in both languages, whatever the names are."""
    files = []
    for language in ("en", "ar"):
        for number, sheet in enumerate(sheets(language)):
            files.append(tmp_path / f"{language}-{number}.pdf")
            files[-1].write_bytes(printed(sheet, datetime(2020, 1, 2, tzinfo=UTC)))

    done = verapdf("ua1", *files)

    assert done.returncode == 0, done.stdout
