"""Which corrections stand, and what they make of the edition's sessions."""

from dataclasses import replace

from .reading import Edition, Module, Row, Session, parse_time


def standing(edition: Edition, rows: list[Row]) -> dict[tuple[str, str, str], Row]:
    """The correction that stands for each (kind, participant, target).

    "Of several corrections of one kind, participant and target the one with the latest `at`
    stands, of equal ones the one further down."
    """
    stands: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key = (row["kind"], row["participant"], row["target"])
        if key in stands and _at(edition, row) < _at(edition, stands[key]):
            continue
        stands[key] = row
    return stands


def final_modules(
    edition: Edition, corrections: dict[tuple[str, str, str], Row]
) -> tuple[Module, ...]:
    """The modules with the sessions in their final times, cancelled ones too."""
    return tuple(
        replace(
            module,
            sessions=tuple(_moved(edition, session, corrections) for session in module.sessions),
        )
        for module in edition.modules
    )


def _moved(
    edition: Edition, session: Session, corrections: dict[tuple[str, str, str], Row]
) -> Session:
    row = corrections.get(("move-session", "", session.id))
    if row is None:
        return session
    start, end = (parse_time(text, edition.zone) for text in row["value"].split("/"))
    shift = start - session.start
    breaks = tuple((opens + shift, closes + shift) for opens, closes in session.breaks)
    return Session(session.id, start, end, breaks)


def _at(edition: Edition, row: Row) -> int:
    return parse_time(row["at"], edition.zone)
