"""Rows as a run keeps them: what a person calls each by, and its content in one exact form."""

from dataclasses import fields

import msgspec

from .model import Applicant, Approval, Correction, Decision, Partner, Result, Scan

FileRow = Applicant | Decision | Scan | Result | Correction | Approval | Partner

KINDS: dict[str, type[FileRow]] = {
    "applicants": Applicant,
    "decisions": Decision,
    "scans": Scan,
    "results": Result,
    "corrections": Correction,
    "approvals": Approval,
    "partners": Partner,
}
"""The kinds of rows, each called as its file without `.csv`."""

_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="string")
_CORRECTION_CELLS = tuple(field.name for field in fields(Correction))
_DECODERS = {kind: msgspec.json.Decoder(of) for kind, of in KINDS.items()}


def key_of(row: FileRow) -> str:
    """How a person would name the row: `A001`, `A001 m1/2`, `A001 k1-000123`."""
    match row:
        case Scan():
            return f"{row.participant} {row.scan_id}"
        case Result():
            return f"{row.participant} {row.module}/{row.attempt}"
        case Correction():
            return " ".join(filter(None, (row.kind, row.participant, row.target)))
        case Applicant():
            return row.ref
        case Partner():
            return row.id
        case Decision() | Approval():
            return row.participant


def content_of(row: FileRow, nth: int = 0) -> str:
    """The row as canonical JSON: keys in order, times in UTC, decimals in their shortest form.

    `nth` is the number of a correction among those of its kind, participant, target and time
    (`corrections.numbered`): the content says it, because their order decides which stands.
    """
    if isinstance(row, Correction):
        cells = {name: getattr(row, name) for name in _CORRECTION_CELLS}
        return _ENCODER.encode({**cells, "nth": nth}).decode()
    return _ENCODER.encode(row).decode()


def row_of(kind: str, content: str) -> FileRow:
    """The row of one of `KINDS` whose content this is.

    Raises:
        KeyError: there is no such kind.
        msgspec.ValidationError: it is no content of this kind.
    """
    return _DECODERS[kind].decode(content)


def nth_of(content: str) -> int:
    """The number that a correction's content says."""
    return _NTH_DECODER.decode(content).nth


class _Numbered(msgspec.Struct):
    nth: int


_NTH_DECODER = msgspec.json.Decoder(_Numbered)
