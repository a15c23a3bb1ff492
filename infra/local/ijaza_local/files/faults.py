"""Where the faults of an edition's files are collected, so that all are named at once."""

import re
from collections import defaultdict

from .model import Fault

FILES = (
    "",
    "edition.yaml",
    "glossary.csv",
    "partners.csv",
    "applicants.csv",
    "decisions.csv",
    "scans.csv",
    "results.csv",
    "corrections.csv",
    "approvals.csv",
)
"""The order in which a reader of the faults goes through the files."""

MOST_PER_FILE = 1000
LONGEST_VALUE = 200
_SURROGATE = re.compile("[\ud800-\udfff]")


class Faults:
    """Collects faults, or warnings, up to `MOST_PER_FILE` of each file, and counts the rest."""

    def __init__(self) -> None:
        self._of_file: defaultdict[str, list[Fault]] = defaultdict(list)
        self.unlisted = 0

    def add(self, file: str, line: int, column: str, value: str, expected: str) -> None:
        """Note one. What it shows is cut to a length that a person can read."""
        listed = self._of_file[file]
        if len(listed) == MOST_PER_FILE:
            self.unlisted += 1
        else:
            listed.append(Fault(file, line, printable(column), printable(value), expected))

    def any_in(self, *files: str) -> bool:
        """Whether one of these files has a fault."""
        return any(self._of_file.get(file) for file in files)

    def listed(self) -> tuple[Fault, ...]:
        """All that are listed, by file and line; those of one line in the order of finding."""
        ordered = sorted(self._of_file, key=lambda file: (_place(file), file))
        return tuple(
            fault
            for file in ordered
            for fault in sorted(self._of_file[file], key=lambda fault: fault.line)
        )


def printable(value: str) -> str:
    """A value as it can be shown: bytes that are no UTF-8 escaped, the length bounded."""
    shown = _SURROGATE.sub(_escaped, value)
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[:LONGEST_VALUE]}…"


def _escaped(surrogate: re.Match[str]) -> str:
    """A byte that is no UTF-8 stands as U+DC00 and the byte (`surrogateescape`)."""
    code = ord(surrogate[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _place(file: str) -> int:
    return FILES.index(file) if file in FILES else len(FILES)
