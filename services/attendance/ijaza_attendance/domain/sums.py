"""A participant's seconds by module: formats.md, *Modules*."""

from typing import NamedTuple

from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State


class ModuleSum(NamedTuple):
    """Seconds of one module that count for one person: scheduled, and attended of them."""

    module: str
    scheduled_seconds: int
    attended_seconds: int


def module_sums(state: State, programme: Programme) -> list[ModuleSum]:
    """Of a settled state, the sums of each module, in the edition's order.

    "Scheduled = sessions less their breaks, without cancelled (for all) and excused (for the
    person) ones, whose attendance does not count either".
    """
    scheduled = dict.fromkeys(programme.modules, 0)
    attended = dict.fromkeys(programme.modules, 0)
    for session, sitting in programme.sittings.items():
        if sitting.cancelled or session in state.excuses:
            continue
        scheduled[sitting.module] += sitting.scheduled
        published = state.published.get(session)
        if published is not None:
            attended[sitting.module] += published.seconds
    return [ModuleSum(module, scheduled[module], attended[module]) for module in programme.modules]
