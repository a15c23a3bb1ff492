"""glossary.csv: terms and their explanations in three languages, in the order of the file."""

from pathlib import Path
from typing import Any

from .faults import Faults
from .scalars import or_nothing, text
from .table import Table

LANGUAGES = ("ar", "en", "fr")
LONGEST_DEFINITION = 10_000


def read_glossary(
    path: Path, languages: tuple[str, ...], faults: Faults, warnings: Faults
) -> list[dict[str, Any]]:
    """The terms. Cells in a language that is not the edition's may be empty."""
    columns = [f"{part}_{code}" for part in ("term", "definition") for code in LANGUAGES]
    table = Table(path, faults, warnings, required=columns, prose=lambda _column: True)
    wording = text(LONGEST_DEFINITION)
    parsers = {
        name: wording if name.rpartition("_")[2] in languages else or_nothing(wording)
        for name in columns
    }
    return [
        {"term": _by_language(values[:3]), "definition": _by_language(values[3:])}
        for _, values, good, _ in table.rows(parsers)
        if good
    ]


def _by_language(wordings: list[str]) -> dict[str, str]:
    return {code: wording for code, wording in zip(LANGUAGES, wordings, strict=True) if wording}
