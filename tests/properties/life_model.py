"""What ought to hold of certificates, said a second time and more simply than the product says it.

Times, ids and documents are left out. Facts are minutes, scores and names; of each person there is
a list of certificates, and what the last one's state is.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from tests.properties.life_house import HOURS, SESSIONS, Policy

MINUTES = HOURS * 60
PASS_MARK = 60

Ended = Literal["", "superseded", "revoked", "revoked by an officer"]
"""How a certificate ended; empty while it is valid."""
Result = tuple[int, int, int | None]
"""Minutes scheduled and attended, and the best score that counts."""


@dataclass(frozen=True)
class Says:
    """What a certificate says: its id in the edition, the holder's name, results by module."""

    award: str
    name: str
    results: tuple[Result, ...]


@dataclass
class Issued:
    """One certificate of a person's line."""

    says: Says
    ended: Ended = ""


@dataclass
class Declined:
    """What was declined, and how many things had been heard by then."""

    wanted: Says | None
    heard: int


@dataclass
class Someone:
    """A participant: facts, certificates, and what was said upon proposals, by step."""

    name: str
    credited: dict[str, int] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)
    scores: dict[int, int] = field(default_factory=dict)
    annulled: set[int] = field(default_factory=set)
    withdrawn: bool = False
    erased: bool = False
    heard: int = 0
    line: list[Issued] = field(default_factory=list)
    approved: dict[int, set[str]] = field(default_factory=dict)
    declines: int = 0
    declined: Declined | None = None

    @property
    def step(self) -> int:
        """The number of the next change: issues, revocations and declines are one each."""
        revoked = sum(each.ended.startswith("revoked") for each in self.line)
        return len(self.line) + revoked + self.declines + 1

    @property
    def held(self) -> Issued | None:
        """The certificate that is valid."""
        return self.line[-1] if self.line and not self.line[-1].ended else None

    @property
    def stage(self) -> str:
        """Where the certificate is, approval apart."""
        if not self.line:
            return "none"
        return self.line[-1].ended or "valid"


@dataclass
class Model:
    """An edition and its people, by how the office knows them."""

    policy: Policy
    people: dict[str, Someone]
    percent: int = 80
    closed: bool = False
    cancelled: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)

    def heard_of_all(self) -> None:
        """The edition is another."""
        for someone in self.people.values():
            someone.heard += 1

    def earns(self, someone: Someone) -> Says | None:
        """What a certificate would say now; None if none is earned."""
        if someone.withdrawn:
            return None
        results = tuple(self._result(someone, module) for module in SESSIONS)
        for award, percent, tested in (
            ("certificate", self.percent, True),
            ("participation", 50, False),
        ):
            attends = all(
                attended >= Fraction(percent, 100) * scheduled for scheduled, attended, _ in results
            )
            best = results[-1][2]
            if attends and (not tested or (best is not None and best >= PASS_MARK)):
                return Says(award, someone.name, results)
        return None

    def due(self, someone: Someone) -> bool:
        """Whether something ought to happen to somebody's certificate."""
        if not self.closed or someone.erased:
            return False
        wanted, held = self.earns(someone), someone.held
        match someone.stage:
            case "none" | "revoked":
                return wanted is not None
            case "valid":
                assert held is not None
                return held.says != wanted
            case _:
                return False

    def gated(self, someone: Someone) -> bool:
        """Whether what is due asks for approval."""
        if someone.line:
            return self.policy.on_change == "propose"
        return self.policy.issue == "on_approval"

    def settle(self) -> None:
        """Let happen what is due and may happen."""
        for someone in self.people.values():
            if not self.due(someone):
                continue
            given = len(someone.approved.get(someone.step, ()))
            if self.gated(someone) and (given < self.policy.approvers or someone.declined):
                continue
            self._change(someone)

    def follow(self, someone: Someone, wanted: Says) -> None:
        """Another certificate follows."""
        if someone.held:
            someone.held.ended = "superseded"
        someone.line.append(Issued(wanted))
        someone.declined = None

    def reissue(self, someone: Someone) -> None:
        """Another certificate says the same; what was declined stays declined."""
        assert someone.held is not None
        says = someone.held.says
        someone.held.ended = "superseded"
        someone.line.append(Issued(says))

    def revoke(self, someone: Someone, ended: Ended) -> None:
        """The valid certificate holds no longer."""
        assert someone.held is not None
        someone.held.ended = ended
        someone.declined = None

    def _change(self, someone: Someone) -> None:
        wanted = self.earns(someone)
        if wanted is None:
            self.revoke(someone, "revoked")
        else:
            self.follow(someone, wanted)

    def _result(self, someone: Someone, module: str) -> Result:
        counting = [
            each
            for each in SESSIONS[module]
            if each not in self.cancelled and each not in someone.excused
        ]
        attended = sum(
            someone.credited.get(each, 0 if each in self.moved else MINUTES) for each in counting
        )
        scores = [score for at, score in someone.scores.items() if at not in someone.annulled]
        best = max(scores, default=None) if module == "m2" else None
        return len(counting) * MINUTES, attended, best
