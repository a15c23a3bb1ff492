"""How assessment's store is rebuilt: its fold over everything that bears on it."""

from ijaza_runtime.rebuild import Beside, FoldStage, Rebuild

from ijaza_assessment.handlers import FOLD, INPUTS
from ijaza_assessment.main import NAME


def rebuild(beside: Beside) -> Rebuild:
    """Assessment's states, of its inputs and its own events."""
    return Rebuild(
        collections=[FOLD.collection], stages=[FoldStage(beside, FOLD)], groups={NAME: INPUTS}
    )
