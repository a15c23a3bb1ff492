"""Sheets as PDF."""

from datetime import datetime
from pathlib import Path

from ijaza_attendance.printing import pdf
from ijaza_attendance.sheets.paper import Sheet, data_of

_TEMPLATE = Path(__file__).parent / "template" / "sheet.typ"


def printed(sheet: Sheet, made_at: datetime) -> bytes:
    """The PDF (PDF/UA-1) of a sheet. Raises `UnprintableError`; not for the serving thread."""
    return pdf(_TEMPLATE, data_of(sheet), made_at)
