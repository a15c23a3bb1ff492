"""Sheets as tables, for spreadsheets and for programs; `cells` says how they are written."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from ijaza_attendance.domain.evidence import (
    CorrectionFound,
    Evidence,
    ExcuseFound,
    Record,
    ScanFound,
    VerdictFound,
)
from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.review import ReviewItem
from ijaza_attendance.domain.sheets import Member, ModuleRow, SessionRow, permille, sittings_of
from ijaza_attendance.sheets.cells import Row, Separator, Value, written
from ijaza_attendance.sheets.writing import Writing, duration

_MEMBER = ("number", "name_en", "name_ar", "participant", "withdrawn")
_EVIDENCE = (
    "session", "cancelled", "merged_into", "kind", "time", "by", "direction", "counts", "why",
    "device_time", "offset_ms", "method", "server_verdict", "scan_id", "undo_of", "minutes",
    "reason", "seconds", "scheduled_seconds", "source", "standing",
)  # fmt: skip


def session_csv(
    rows: Iterable[SessionRow],
    programme: Programme,
    sitting: Sitting,
    writing: Writing,
    separator: Separator,
    *,
    blank: bool = False,
) -> bytes:
    """A row for each person; without times if it is to be filled in by hand."""
    place: Row = {
        "edition": programme.edition,
        "revision": programme.revision,
        "module": sitting.module,
        "session": sitting.session,
        "date": _day(sitting.start, writing),
        "cancelled": _yes(sitting.cancelled),
        "merged_into": _merged(sitting),
    }
    if blank:
        names = [*place, *_MEMBER, "time_in", "signature_in", "time_out", "signature_out"]
        found: Iterable[Row] = ({**place, **_member(row.member)} for row in rows)
    else:
        names = [
            *place, *_MEMBER, "time_in", "time_out", "attended", "seconds", "source", "counts",
            "standing", "corrected_minutes", "corrected_by", "correction_reason", "corrected_at",
            "excused_by", "excuse_reason", "excused_at", "to_review", "signature",
        ]  # fmt: skip
        found = ({**place, **_member(row.member), **_session(row, writing)} for row in rows)
    return written(names, found, writing.language, separator)


def module_csv(
    rows: Iterable[ModuleRow],
    programme: Programme,
    module: str,
    writing: Writing,
    separator: Separator,
) -> bytes:
    """A row for each person, with the seconds of each session under its id."""
    place: Row = {
        "edition": programme.edition,
        "revision": programme.revision,
        "module": module,
    }
    sittings = sittings_of(module, programme)
    names = [
        *place, *_MEMBER, "attended", "attended_seconds", "scheduled", "scheduled_seconds",
        "percent", "corrected", "excused", "signature",
    ]  # fmt: skip
    first = len(place) + len(_MEMBER)
    # A session may be called like one of our own columns: it has its place, not its name.
    columns = [f"\0{sitting.session}" for sitting in sittings]
    names[first:first] = columns
    found = (
        {
            **place,
            **_member(row.member),
            **{
                column: None if each.standing in ("expected", "not-held") else each.seconds
                for column, each in zip(columns, row.sessions, strict=True)
            },
            **_sums(row, sittings),
        }
        for row in rows
    )
    return written(names, found, writing.language, separator)


def record_csv(
    record: Record, programme: Programme, writing: Writing, separator: Separator
) -> bytes:
    """A row for each module's sums, each session, and each piece of evidence of it."""
    place: Row = {
        "edition": programme.edition,
        "revision": programme.revision,
        **_member(record.member),
    }
    rows: list[Row] = [
        {
            **place,
            "module": each.module,
            "kind": "module",
            "seconds": each.attended_seconds,
            "scheduled_seconds": each.scheduled_seconds,
        }
        for each in record.modules
    ]
    for session in record.sessions:
        here: Row = {
            **place,
            "module": session.sitting.module,
            "session": session.sitting.session,
        }
        rows.append(
            {
                **here,
                "kind": "session",
                "time": _moment(session.sitting.start, writing),
                "seconds": session.seconds,
                "scheduled_seconds": session.sitting.scheduled,
                "source": session.source,
                "standing": writing.words.standings[session.standing],
                "cancelled": _yes(session.sitting.cancelled),
                "merged_into": _merged(session.sitting),
            }
        )
        rows += [{**here, **_evidence(each, writing)} for each in session.evidence]
        rows += [{**here, **_item(each)} for each in session.open_items]
    rows += [{**place, **_evidence(each, writing)} for each in record.unplaced]
    rows += [{**place, **_item(each)} for each in record.unplaced_items]
    return written([*place, "module", *_EVIDENCE], rows, writing.language, separator)


def _member(member: Member) -> Row:
    return {
        "number": member.number or None,
        "name_en": member.name_en,
        "name_ar": member.name_ar,
        "participant": member.participant,
        "withdrawn": _yes(member.withdrawn),
    }


def _session(row: SessionRow, writing: Writing) -> Row:
    correction = row.correction
    last = row.excuses[-1] if row.excuses else None
    return {
        "time_in": _moment_or_none(row.visit.arrival, writing),
        "time_out": _moment_or_none(row.visit.departure, writing),
        "attended": duration(row.seconds),
        "seconds": row.seconds,
        "source": row.source,
        "counts": _yes(row.counts),
        "standing": writing.words.standings[row.standing],
        "corrected_minutes": correction.minutes if correction else None,
        "corrected_by": correction.actor if correction else None,
        "correction_reason": correction.reason if correction else None,
        "corrected_at": _moment(correction.at, writing) if correction else None,
        "excused_by": last.actor if last else None,
        "excuse_reason": last.reason if last else None,
        "excused_at": _moment(last.at, writing) if last else None,
        "to_review": " ".join(row.open_items),
    }


def _sums(row: ModuleRow, sittings: Sequence[Sitting]) -> Row:
    share = permille(row.attended_seconds, row.scheduled_seconds)
    pairs = list(zip(sittings, row.sessions, strict=True))
    return {
        "attended": duration(row.attended_seconds),
        "attended_seconds": row.attended_seconds,
        "scheduled": duration(row.scheduled_seconds),
        "scheduled_seconds": row.scheduled_seconds,
        "percent": None if share is None else f"{share // 10}.{share % 10}",
        "corrected": " ".join(s.session for s, each in pairs if each.source == "correction"),
        "excused": " ".join(s.session for s, each in pairs if each.standing == "excused"),
    }


def _evidence(evidence: Evidence, writing: Writing) -> Row:
    said: dict[str, Value] = {"time": _moment(evidence.at, writing)}
    match evidence:
        case ScanFound(content=content, origin=origin):
            said |= {
                "kind": "scan",
                "by": content.device,
                "direction": content.direction,
                "counts": _yes(evidence.weight == "counts"),
                "why": "" if evidence.weight == "counts" else evidence.weight,
                "scan_id": evidence.scan_id,
                "undo_of": content.undo_of,
            }
            if origin is not None:
                said |= {
                    "device_time": _moment(origin.device_at // 1000, writing)
                    + f".{origin.device_at % 1000:03d}",
                    "offset_ms": origin.offset_ms,
                    "method": origin.method,
                    "server_verdict": origin.verdict,
                }
        case CorrectionFound(correction=given, stands=stands):
            said |= {
                "kind": "correction",
                "by": given.actor,
                "counts": _yes(stands),
                "minutes": given.minutes,
                "reason": given.reason,
            }
        case ExcuseFound(excuse=excuse):
            said |= {"kind": "excuse", "by": excuse.actor, "reason": excuse.reason}
        case VerdictFound(verdict=verdict):
            said |= {
                "kind": "verdict",
                "by": verdict.actor,
                "why": f"{verdict.kind} {verdict.verdict}",
                "scan_id": verdict.scan_id,
                "reason": verdict.reason,
            }
        case _:
            assert_never(evidence)
    return said


def _item(item: ReviewItem) -> Row:
    return {
        "kind": "to_review",
        "why": item.kind,
        "scan_id": item.scan_id,
        "reason": item.detail,
    }


def _merged(sitting: Sitting) -> str:
    return sitting.counts_for if sitting.counts_for != sitting.session else ""


def _yes(true: bool) -> str:
    return "yes" if true else "no"


def _day(seconds: int, writing: Writing) -> str:
    return writing.local(seconds).date().isoformat()


def _moment(seconds: int, writing: Writing) -> str:
    """A time by the clocks of the edition's place, as every spreadsheet reads it."""
    return writing.local(seconds).strftime("%Y-%m-%d %H:%M:%S")


def _moment_or_none(seconds: int | None, writing: Writing) -> str | None:
    return None if seconds is None else _moment(seconds, writing)
