"""The front door of enrollment: what it is made of."""

from ijaza_runtime.outbox import Outbox
from ijaza_runtime.references import References
from ijaza_runtime.secrets import load_or_create_secret
from ijaza_runtime.service import Assembly, Parts

from ijaza_enrollment.api import router
from ijaza_enrollment.handlers import Enrollment
from ijaza_enrollment.storage import COLLECTIONS

NAME = "enrollment"
SECRET = "participants.key"  # noqa: S105 - the name of a file


def assemble(parts: Parts) -> Assembly[Enrollment]:
    """Put enrollment together. Its secret derives the participants' ids."""
    outbox = Outbox(parts.bus, parts.store, parts.step)
    desk = Enrollment(parts.store, outbox, load_or_create_secret(parts.keys, SECRET))
    return Assembly(
        name=NAME,
        desk=desk,
        routers=[router(desk, clock=parts.clock)],
        description="Editions and their revisions, applications, selection and the waiting list.",
        outbox=outbox,
        collections=COLLECTIONS,
        references=References(parts.bus, []),
        access=parts.access,
        meter=parts.meter,
    )
