"""Who may ask and who may order: what routes of several modules have in common."""

from typing import Annotated

from fastapi import Depends
from ijaza_runtime.web import Actor, Role, require

READERS = [Depends(require(Role.OFFICE, Role.APPROVER, Role.AUDITOR))]
"""Before what tells of decisions."""
FILE_READERS = [Depends(require(Role.OFFICE, Role.AUDITOR))]
"""Before files, which name their holder, and before what the log says."""
Approver = Annotated[Actor, Depends(require(Role.APPROVER))]
Officer = Annotated[Actor, Depends(require(Role.OFFICE))]
