"""What attendance alone is told by its environment, beside what every service is."""

from typing import Annotated

from ijaza_runtime.settings import ServiceSettings
from pydantic import Field


class AttendanceSettings(ServiceSettings):
    """Read from `IJAZA_*` variables. A pydantic `ValidationError` names what does not fit."""

    fleet_rate: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="Scans a second that attendance takes from one fleet without device keys "
            "(one account of the role `door`) in the long run, and ten seconds' worth at once. A "
            "batch counts as ten scans at the least. A device with a key has a limit of its own.",
        ),
    ] = 5_000


USUAL = AttendanceSettings.model_construct()
"""The settings of an environment that says nothing."""
