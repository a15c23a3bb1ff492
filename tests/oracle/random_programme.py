"""A random edition.yaml: modules, sessions around a change of the clocks, rules, certificates."""

from random import Random
from typing import Any

from .random_times import DAY, HOUR, MINUTE, Clock, some

Tree = dict[str, Any]

MODULE_IDS = ("m2", "m10", "m1", "m-b")
LENGTHS = (30, 45, 60, 90, 120, 180, 240)
PERCENTS = ("33.3", "50", "66.7", "75", "80", "12.5", "100", "99.99")
HOURS = ("0.5", "1", "1.25", "2", "3.3", "6")
TESTS = (
    {"pass_mark": "60", "max_score": "100", "attempts": "2"},
    {"pass_mark": "59.95", "max_score": "100", "attempts": "1"},
    {"pass_mark": "10.5", "max_score": "20.5", "attempts": "3"},
    {"pass_mark": "0", "max_score": "10", "attempts": "1"},
)
NAME = {"en": "Certificate, of sorts", "ar": "شهادة حوكمة الهجرة"}


def programme(rng: Random, clock: Clock, edition: str, anchor: int, size: int) -> Tree:
    """The edition's document, every scalar a text; sessions lie around the anchor's instant."""
    tree: Tree = {
        "id": edition,
        "title": NAME,
        "timezone": clock.zone.key,
        "languages": ["ar", "en"],
        "issuer": {
            "did_host": "certificates.example.org",
            "name": {"en": "Office", "ar": "المكتب"},
            "url": "https://certificates.example.org",
            "email": "office@example.org",
        },
        "organisers": [{"id": "office", "name": {"en": "Office", "ar": "المكتب"}}],
        "place": {
            "name": {"en": "Campus", "ar": "الحرم"},
            "city": {"en": "Cairo", "ar": "القاهرة"},
            "country": "EG",
        },
        "modules": _modules(rng, clock, anchor),
        "certificates": _certificates(rng),
    }
    if rng.random() < 0.75:
        tree["selection"] = _selection(rng, clock, anchor, size)
    if rng.random() < 0.75:
        tree["attendance"] = {
            "record": rng.choice(("in-out", "in-out", "in-only")),
            "missing_out": rng.choice(("review", "credit_to_end")),
        }
        for key in some(rng, ("record", "missing_out"), 0.15):
            del tree["attendance"][key]
    if rng.random() < 0.7:
        tree["issue"] = rng.choice(("automatic", "on_approval", "on_approval"))
        tree["approvers"] = rng.choice(("1", "2"))
    tree |= dict(some(rng, {"on_change": "propose", "settle_hours": "0"}.items(), 0.2))
    return tree


def _modules(rng: Random, clock: Clock, anchor: int) -> list[Tree]:
    modules: list[Tree] = []
    spans: list[tuple[int, int]] = []
    for module in MODULE_IDS[: rng.randint(1, len(MODULE_IDS))]:
        sessions = [
            _session(rng, clock, f"{module}-d{day}", anchor, spans)
            for day in range(1, rng.randint(1, 3) + 1)
        ]
        rng.shuffle(sessions)
        entry = {"id": module, "title": {"en": f"Module {module}", "ar": "وحدة"}}
        modules.append(entry | {"sessions": sessions})
        if rng.random() < 0.6:
            modules[-1]["test"] = rng.choice(TESTS)
    return modules


def _session(
    rng: Random, clock: Clock, session: str, anchor: int, spans: list[tuple[int, int]]
) -> Tree:
    """A session near the anchor or near an earlier one: adjacent, overlapping, alike, apart."""
    length = rng.choice(LENGTHS) * MINUTE
    near = rng.choice(spans) if spans and rng.random() < 0.5 else (anchor, anchor)
    start = rng.choice(
        (
            near[1],
            near[0] + 30 * MINUTE,
            near[0],
            near[1] + 2 * HOUR,
            near[0] - length,
            anchor + rng.randint(-20, 20) * 15 * MINUTE,
            anchor + rng.randint(-3, 3) * DAY,
        )
    )
    end = start + length
    spans.append((start, end))
    entry: Tree = {"id": session, "start": clock.write(start), "end": clock.write(end)}
    breaks = [_break(rng, start, end) for _ in range(rng.choice((0, 0, 1, 2)))]
    if breaks or rng.random() < 0.3:
        entry["breaks"] = [{"start": clock.write(a), "end": clock.write(b)} for a, b in breaks]
    return entry


def _break(rng: Random, start: int, end: int) -> tuple[int, int]:
    """A break of at most a third of the session, sometimes at its very edge or in odd seconds."""
    length = rng.choice((10 * MINUTE, (end - start) // 3, 601))
    opens = rng.choice((start, end - length, rng.randint(start, end - length)))
    return opens, opens + length


def _certificates(rng: Random) -> list[Tree]:
    kinds = ("completion", "participation", "attendance")
    return [
        {"id": f"c{place}", "kind": kinds[place], "title": NAME} | _requires(rng)
        for place in range(rng.randint(1, 3))
    ]


def _requires(rng: Random) -> Tree:
    requires: Tree = {}
    bounds = {"min_percent": rng.choice(PERCENTS), "min_hours": rng.choice(HOURS)}
    attendance = dict(some(rng, bounds.items(), 0.6))
    if attendance:
        requires["attendance"] = attendance
    tests = rng.choice((None, "all_passed", "all_passed", "none"))
    if tests:
        requires["tests"] = tests
    return {"requires": requires} if requires else {}


def _selection(rng: Random, clock: Clock, anchor: int, size: int) -> Tree:
    selection: Tree = {"capacity": str(rng.randint(1, size))}
    require = {
        "field_related": ["yes"],
        "organisation_type": ["government", "ngo"],
        "country": ["NO", "EG", "LY"],
        "port": ["land", "sea"],
    }
    chosen = dict(some(rng, require.items(), 0.2))
    if chosen:
        selection["require"] = chosen
    prefer = [
        {"column": "seniority", "order": [["senior", "mid"], ["junior"]]},
        {"column": "port", "order": [["sea"], ["air"]]},
        {"column": "field_related", "order": [["yes"]]},
    ]
    rng.shuffle(prefer)
    selection |= {"prefer": prefer[: rng.randint(1, 3)]} if rng.random() < 0.7 else {}
    at_most = [
        {"per": column, "seats": str(rng.randint(1, 2))}
        for column in some(rng, ("organisation", "country", "port"), 0.3)
    ]
    selection |= {"at_most": at_most} if at_most else {}
    if rng.random() < 0.6:
        selection["promote_until"] = clock.write(anchor + rng.randint(-2, 3) * HOUR)
    return selection
