"""The page of all settings: `python -m ijaza_local.settings > docs/settings.md`."""

import sys

from ijaza_attendance.settings import AttendanceSettings
from ijaza_runtime.settings import PREFIX, RuntimeSettings, ServiceSettings, settings_table

OWN: dict[str, type[ServiceSettings]] = {"attendance": AttendanceSettings}
"""The services that have settings of their own."""
_ALL: list[type[ServiceSettings]] = [RuntimeSettings, *OWN.values()]
VARIABLES = frozenset(f"{PREFIX}{name.upper()}" for kind in _ALL for name in kind.model_fields)
"""Every variable that some service heeds."""

_LEAD = """\
# Settings

Every service reads these environment variables. Paths are relative to the working
directory. This page is generated: `python -m ijaza_local.settings > docs/settings.md`.
"""


def settings_page() -> str:
    """`docs/settings.md`."""
    parts = [_LEAD, settings_table(RuntimeSettings)]
    for name, kind in OWN.items():
        parts += [f"## Of {name} alone\n", settings_table(kind)]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(settings_page())
