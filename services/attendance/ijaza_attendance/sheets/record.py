"""One person's attendance with its evidence, as pages."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from ijaza_attendance.domain.evidence import (
    CorrectionFound,
    Evidence,
    ExcuseFound,
    Record,
    ScanFound,
    SessionRecord,
    VerdictFound,
)
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.review import ReviewItem
from ijaza_attendance.domain.sheets import permille
from ijaza_attendance.sheets.common import foot_of, name_cell, notices_of, number_cell
from ijaza_attendance.sheets.paper import Cell, Column, Line, Sheet, Table
from ijaza_attendance.sheets.writing import Writing


def record_sheet(record: Record, programme: Programme, writing: Writing, made_at: int) -> Sheet:
    """Sums by module, then each session with all that it rests on."""
    words, member = writing.words, record.member
    names = [Line(line.text) for line in name_cell(member, writing)]
    notices = [] if record.takes_part else [words.not_taking_part]
    return Sheet(
        kind=words.record,
        title=writing.title(programme.title, programme.edition),
        running=writing.joined(writing.title(programme.title), words.record, names[0].text),
        facts=[
            (words.name, names[0]),
            *(("", name) for name in names[1:]),
            (words.number, number_cell(member, writing)[0]),
            (words.participant, Line(member.participant)),
            (words.edition, Line(programme.edition)),
        ],
        notices=[*notices, *([words.withdrawn] if member.withdrawn else [])],
        tables=[
            _sums(record, programme, writing),
            *(_session(each, programme, writing) for each in record.sessions),
            *_unplaced(record, writing),
        ],
        foot=foot_of(programme, writing, made_at),
        page_words=words.page,
        language=writing.language,
        indic=writing.indic,
        texts={member.participant: (member.name_en, member.name_ar, *_said(record))},
    )


def _sums(record: Record, programme: Programme, writing: Writing) -> Table:
    words = writing.words
    rows: list[list[Cell]] = []
    for each in record.modules:
        title = writing.title(programme.module_titles[each.module], each.module)
        rows.append(
            [
                [Line(writing.joined(each.module, title), direction=writing.direction)],
                [Line(writing.span(each.attended_seconds), "strong")],
                [Line(writing.span(each.scheduled_seconds))],
                [Line(writing.share(permille(each.attended_seconds, each.scheduled_seconds)))],
            ]
        )
    return Table(
        columns=[
            Column(words.module, 0),
            Column(words.attended, 24, centred=True),
            Column(words.scheduled, 24, centred=True),
            Column(words.share, 24, centred=True),
        ],
        rows=rows,
    )


def _session(record: SessionRecord, programme: Programme, writing: Writing) -> Table:
    words, sitting = writing.words, record.sitting
    source = words.by_correction if record.source == "correction" else words.by_scans
    counted = writing.span(record.seconds)
    if record.seconds or record.source == "correction":
        counted = f"{counted} ({source})"
    said = [
        words.standings[record.standing],
        f"{words.counted} {counted}",
        f"{words.scheduled} {writing.span(sitting.scheduled)}",
    ]
    return Table(
        columns=_columns(writing),
        rows=_rows(record.evidence, record.open_items, writing),
        heading=writing.joined(sitting.session, writing.day(sitting.start), writing.hours(sitting)),
        notes=[*notices_of(sitting, writing), writing.joined(*said)],
        empty=words.no_evidence,
    )


def _unplaced(record: Record, writing: Writing) -> list[Table]:
    rows = _rows(record.unplaced, record.unplaced_items, writing)
    if not rows:
        return []
    return [Table(columns=_columns(writing), rows=rows, heading=writing.words.unplaced)]


def _columns(writing: Writing) -> list[Column]:
    words = writing.words
    return [
        Column(words.time, 28),
        Column(words.what, 20),
        Column(words.by, 34),
        Column(words.device_time, 30),
        Column(words.offset, 18, centred=True),
        Column(words.details, 0),
    ]


def _rows(
    evidence: Iterable[Evidence], items: Iterable[ReviewItem], writing: Writing
) -> list[list[Cell]]:
    words = writing.words
    rows = [_row(each, writing) for each in evidence]
    for item in items:
        kind = [
            Line(words.kinds[item.kind]),
            Line(item.scan_id, "small"),
            Line(item.detail, "small"),
        ]
        rows.append([(), [Line(words.review, "strong")], (), (), (), kind])
    return rows


def _row(evidence: Evidence, writing: Writing) -> list[Cell]:
    words = writing.words
    time = _moment(evidence.at, writing)
    match evidence:
        case ScanFound():
            return _scan(evidence, writing)
        case CorrectionFound(correction=given, stands=stands):
            said = words.minutes.format(minutes=writing.digits(str(given.minutes)))
            details = [Line(said), Line(given.reason, "small")]
            if not stands:
                details.append(Line(words.replaced, "small"))
            return [time, [Line(words.correction)], [Line(given.actor)], (), (), details]
        case ExcuseFound(excuse=given_excuse):
            details = [Line(given_excuse.reason)]
            return [time, [Line(words.excuse)], [Line(given_excuse.actor)], (), (), details]
        case VerdictFound(verdict=said_of):
            verdict = words.accepted if said_of.verdict == "accepted" else words.dismissed
            details = [
                Line(f"{words.kinds[said_of.kind]}: {verdict}"),
                Line(said_of.scan_id, "small"),
                Line(said_of.reason, "small"),
            ]
            return [time, [Line(words.verdict)], [Line(said_of.actor)], (), (), details]
        case _:
            assert_never(evidence)


def _scan(found: ScanFound, writing: Writing) -> list[Cell]:
    words, content, origin = writing.words, found.content, found.origin
    what = words.scan_in if content.direction == "in" else words.scan_out
    if found.weight == "undoing":
        what = words.takes_back
    details = [Line(words.weights[found.weight], "strong")]
    device_time: list[Line] = []
    offset: list[Line] = []
    if origin is not None:
        device_time = [
            Line(writing.day(origin.device_at // 1000), "small"),
            Line(writing.digits(thousandths(origin.device_at, writing)), "small", "ltr"),
        ]
        offset = [Line(writing.digits(f"{origin.offset_ms / 1000:+.3f} s"), "small", "ltr")]
        details.append(Line(words.methods[origin.method]))
        if origin.verdict not in ("", "accepted"):
            details.append(Line(words.server_said.format(verdict=origin.verdict), "small"))
    details.append(Line(found.scan_id, "small"))
    if content.undo_of:
        details.append(Line(f"← {content.undo_of}", "small", "ltr"))
    return [
        _moment(found.at, writing),
        [Line(what)],
        [Line(content.device)],
        device_time,
        offset,
        details,
    ]


def thousandths(milliseconds: int, writing: Writing) -> str:
    """A device's time of day as its clock had it: `16:02:07.412`."""
    clock = writing.local(milliseconds // 1000).strftime("%H:%M:%S")
    return f"{clock}.{milliseconds % 1000:03d}"


def _moment(seconds: int, writing: Writing) -> list[Line]:
    return [Line(writing.clock(seconds, precise=True)), Line(writing.day(seconds), "small")]


def _said(record: Record) -> Sequence[str]:
    """Texts of others than us, in which there may be any character."""
    texts: list[str] = []
    for each in [*record.unplaced, *(x for found in record.sessions for x in found.evidence)]:
        match each:
            case ScanFound():
                texts += [each.scan_id, each.content.device, each.content.undo_of]
            case CorrectionFound(correction=given):
                texts += [given.actor, given.reason]
            case ExcuseFound(excuse=excuse):
                texts += [excuse.actor, excuse.reason]
            case VerdictFound(verdict=verdict):
                texts += [verdict.actor, verdict.reason]
            case _:
                assert_never(each)
    return texts
