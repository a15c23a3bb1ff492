"""The files of an edition: read, checked, and named row by row (formats.md)."""

from .closing import closing_time, corrected_edition, session_changes
from .corrections import move_of, numbered
from .departures import application_of, departure_key, departures_in_order, ever_taking_part
from .model import (
    Applicant,
    Approval,
    Correction,
    Decision,
    EditionFiles,
    Fault,
    Partner,
    Reading,
    Result,
    Scan,
)
from .reading import read_edition
from .rows import content_of, key_of, nth_of, row_of
from .scalars import parse_moment

__all__ = [
    "Applicant",
    "Approval",
    "Correction",
    "Decision",
    "EditionFiles",
    "Fault",
    "Partner",
    "Reading",
    "Result",
    "Scan",
    "application_of",
    "closing_time",
    "content_of",
    "corrected_edition",
    "departure_key",
    "departures_in_order",
    "ever_taking_part",
    "key_of",
    "move_of",
    "nth_of",
    "numbered",
    "parse_moment",
    "read_edition",
    "row_of",
    "session_changes",
]
