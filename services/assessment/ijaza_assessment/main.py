"""The front door of assessment: what it is made of."""

from dataclasses import dataclass

from ijaza_runtime.commands import Commands
from ijaza_runtime.fold import Stamped
from ijaza_runtime.references import References
from ijaza_runtime.service import Assembly, Parts, wire

from ijaza_assessment.api import router
from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.state import State
from ijaza_assessment.handlers import EDITIONS, FOLD, INPUTS

NAME = "assessment"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where assessment takes commands and questions."""

    commands: Commands[State, Programme, Stamped]
    references: References

    def programme(self, edition: str) -> Programme | None:
        """The edition as assessment knows it."""
        return self.references.get(EDITIONS, edition)


def assemble(parts: Parts) -> Assembly[Desk]:
    """Put assessment together."""
    wiring = wire(parts, name=NAME, fold=FOLD, inputs=INPUTS, tables=[EDITIONS])
    return Assembly(
        name=NAME,
        desk=Desk(wiring.commands, wiring.references),
        routers=[
            router(
                commands=wiring.commands,
                references=wiring.references,
                store=parts.store,
                clock=parts.clock,
            )
        ],
        description="Test attempts, pass marks, corrections and annulment.",
        outbox=wiring.outbox,
        collections=[FOLD.collection],
        references=wiring.references,
        access=parts.access,
        meter=parts.meter,
        reactor=wiring.reactor,
    )
