"""`python -m ijaza_attendance`: one process of this service, told everything by its environment."""

from ijaza_runtime.process import main

from ijaza_attendance.main import NAME, assemble
from ijaza_attendance.settings import AttendanceSettings

if __name__ == "__main__":
    main(NAME, lambda parts: assemble(parts, AttendanceSettings()), AttendanceSettings)
