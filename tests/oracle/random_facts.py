"""Random results, corrections and approvals of an edition."""

from fractions import Fraction
from random import Random

from .attempts import plain_decimal
from .random_times import DAY, HOUR, MINUTE, Clock, some
from .reading import Module, Row, Session, TestRules

ACTORS = ("registrar", "مدير", "dean")
Target = tuple[str, str, str]


def results(
    rng: Random, clock: Clock, modules: tuple[Module, ...], ever: list[str], diligent: set[str]
) -> list[Row]:
    """Attempts of who ever takes part: resits, gaps, over-limit ones, rows given twice."""
    rows: list[Row] = []
    for ref in ever:
        for module in modules:
            if module.test is None:
                continue
            attempts = some(rng, range(1, module.test.attempts + 3), 0.4)
            if ref in diligent and not attempts:
                attempts = [1]
            for attempt in attempts:
                at = module.sessions[-1].end + rng.randint(0, 5000)
                rows.append(
                    {
                        "participant": ref,
                        "module": module.id,
                        "attempt": str(attempt),
                        "score": score(rng, module.test, better=ref in diligent),
                        "taken_at": clock.write(at),
                    }
                )
    twice = some(rng, rows, 0.1)
    for row in twice:
        rewritten = {"taken_at": clock.write(clock.read(row["taken_at"]))}
        rows.append(row | (rewritten if rng.random() < 0.3 else {}))
    return rows


def score(rng: Random, test: TestRules, *, better: bool) -> str:
    """A score in 0…max_score, most often at a bound, sometimes with trailing zeros."""
    tenth = Fraction(1, 10)
    low = [test.pass_mark - tenth, Fraction(0), test.pass_mark / 2]
    high = [test.pass_mark, test.pass_mark, test.pass_mark + tenth, test.max_score]
    value = rng.choice(high if better and rng.random() < 0.8 else low + high)
    text = plain_decimal(min(max(value, Fraction(0)), test.max_score))
    zeros = rng.choice(("", "", "0", "00"))
    return text + ("" if not zeros else zeros if "." in text else f".{zeros}")


def corrections(
    rng: Random, clock: Clock, modules: tuple[Module, ...], refs: list[str], recorded: list[Row]
) -> list[Row]:
    """Corrections of all kinds but `withdraw`, several of one target among them."""
    sessions = [session for module in modules for session in module.sessions]
    after = max(session.end for session in sessions) + DAY
    targets = (
        _session_targets(rng, sessions)
        + _personal_targets(rng, sessions, refs)
        + _attempt_targets(rng, recorded)
    )
    targets += some(rng, targets, 0.4)
    rng.shuffle(targets)
    return [
        {
            "kind": kind,
            "participant": ref,
            "target": target,
            "value": _value(rng, clock, modules, kind, target),
            "actor": rng.choice(ACTORS),
            "reason": rng.choice(("", "paper list, signed", "خطأ")),
            "at": clock.write(after + rng.randint(0, 2) * HOUR),
        }
        for kind, ref, target in targets
    ]


def approvals(rng: Random, clock: Clock, refs: list[str], after: int) -> list[Row]:
    """Approvals by one, two or three actors, some given twice, some for nobody's certificate."""
    rows: list[Row] = []
    for ref in some(rng, refs, 0.8):
        for _ in range(rng.randint(1, 3)):
            at = clock.write(after + rng.randint(-20, 100) * HOUR)
            rows.append({"participant": ref, "actor": rng.choice(ACTORS), "at": at})
    return rows


def _session_targets(rng: Random, sessions: list[Session]) -> list[Target]:
    return [
        (kind, "", session.id)
        for kind, share in (("cancel-session", 0.12), ("move-session", 0.25))
        for session in some(rng, sessions, share)
    ]


def _personal_targets(rng: Random, sessions: list[Session], refs: list[str]) -> list[Target]:
    ids = [session.id for session in sessions]
    kinds = (
        ("attendance", ids, 0.08),
        ("excuse", ids, 0.08),
        ("rename", ["name_en", "name_ar"], 0.05),
    )
    return [
        (kind, ref, target)
        for ref in refs
        for kind, of, share in kinds
        for target in some(rng, of, share)
    ]


def _attempt_targets(rng: Random, recorded: list[Row]) -> list[Target]:
    return [
        (kind, row["participant"], f"{row['module']}/{row['attempt']}")
        for row in recorded
        for kind in some(rng, ("score", "annul"), 0.12)
    ]


def _value(rng: Random, clock: Clock, modules: tuple[Module, ...], kind: str, target: str) -> str:
    if kind == "attendance":
        return str(rng.choice((0, 1, 30, 60, 95, 240, 600)))
    if kind == "rename":
        return rng.choice(("Mona F., Dr", "منى فتحي"))
    if kind == "move-session":
        sessions = [session for module in modules for session in module.sessions]
        return _new_times(rng, clock, next(one for one in sessions if one.id == target))
    if kind == "score":
        tests = {module.id: module.test for module in modules if module.test is not None}
        return score(rng, tests[target.partition("/")[0]], better=False)
    return ""


def _new_times(rng: Random, clock: Clock, session: Session) -> str:
    """Another start, and the same length, or a longer or shorter one."""
    shift = rng.choice((30 * MINUTE, -HOUR, DAY, -DAY, 3 * HOUR, 7 * MINUTE + 1, 0))
    start = session.start + shift
    length = session.end - session.start
    end = start + rng.choice((length, length, length + HOUR, length * 2 // 3))
    return f"{clock.write(start)}/{clock.write(end)}"
