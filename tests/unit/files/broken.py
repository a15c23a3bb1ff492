"""Breaking the small edition in one place."""

from dataclasses import dataclass
from pathlib import Path

from ijaza_local.files import Fault, read_edition

from tests.editions import FILES, small_edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One text of a file replaced by another, and the one fault that this must give.

    The fault lies on the line of the text that is replaced, `lines_down` below it.
    """

    file: str
    find: str
    put: str
    column: str
    value: str
    expected: str
    lines_down: int = 0

    @property
    def line(self) -> int:
        """Where the fault lies."""
        return FILES[self.file].partition(self.find)[0].count("\n") + 1 + self.lines_down

    def faults(self, directory: Path) -> list[Fault]:
        """What reading the broken edition gives."""
        return list(self.write(directory))

    def write(self, directory: Path) -> tuple[Fault, ...]:
        """Break the file in a fresh edition and read it."""
        assert self.find in FILES[self.file], "the small edition has the text to break"
        small_edition(directory)
        text = FILES[self.file].replace(self.find, self.put, 1)
        (directory / self.file).write_text(text, encoding="utf-8", newline="")
        return read_edition(directory).faults


def check(case: Broken, directory: Path) -> None:
    """The broken edition has exactly the expected fault."""
    faults = case.faults(directory)
    assert [(one.file, one.line, one.column, one.value) for one in faults] == [
        (case.file, case.line, case.column, case.value)
    ], [str(one) for one in faults]
    assert case.expected in faults[0].expected
