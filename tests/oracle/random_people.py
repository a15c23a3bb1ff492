"""Random applicants, what they and the office said after the selection, and their partners."""

from random import Random

from .random_times import DAY, HOUR, Clock
from .reading import Row

# By code point, not by UTF-16 unit or alphabet: "Z" < "a" < "é" < "م" < "ﻋ" < "𐤀".
REFS = ("P-9", "P-10", "P-1", "p-1", "Z", "a", "é-3", "م-٢", "ﻋ-1", "𐤀-1", "P-1-b", "0007")
ORGANISATIONS = ("Ministry of Interior, Cairo", "وزارة المالية، الإسكندرية", 'The "Help" Society')
GIVEN = (("Mona", "منى"), ("Karim", "كريم"), ("Salma", "سلمى"), ("Idris", "إدريس"))
FAMILY = (("Fathy", "فتحي"), ("Ben Othman", "بن عثمان"), ("El-Sharif", "الشريف"))
PARTNERS = (("moi", "organisation", "EG"), ("gov-ly", "government", ""), ("fund", "donor", "NO"))


def applicants(rng: Random, clock: Clock, anchor: int, size: int) -> list[Row]:
    """Applicants of whom many share the time of application, organisation and country."""
    refs = rng.sample(REFS, min(size, len(REFS)))
    refs += [f"x{number}" for number in range(size - len(refs))]
    times = [anchor - 60 * DAY + rng.randint(0, 3) * HOUR for _ in range(3)]
    people: list[Row] = []
    for number, ref in enumerate(refs):
        given, family = rng.choice(GIVEN), rng.choice(FAMILY)
        people.append(
            {
                "ref": ref,
                "name_en": f"{given[0]} {family[0]}",
                "name_ar": f"{given[1]} {family[1]}",
                "email": f"person{number}@example.org",
                "organisation": rng.choice(ORGANISATIONS),
                "organisation_type": rng.choice(("government", "government", "ngo", "private")),
                "country": rng.choice(("EG", "EG", "LY", "NO", "MA")),
                "seniority": rng.choice(("senior", "mid", "junior", "intern")),
                "field_related": rng.choice(("yes", "yes", "yes", "no")),
                "applied_at": clock.write(rng.choice(times)),
                "nominated_by": rng.choice(("", "", *(partner[0] for partner in PARTNERS))),
                "port": rng.choice(("sea", "air", "land")),
                "المحافظة": rng.choice(("الإسكندرية", "القاهرة, الجيزة")),
            }
        )
    return people


def partners() -> list[Row]:
    """The partners that nominate."""
    return [
        {"id": ref, "name_en": ref.upper(), "name_ar": "شريك", "kind": kind, "country": country}
        for ref, kind, country in PARTNERS
    ]


def departure_times(rng: Random, anchor: int, promote_until: int) -> list[int]:
    """A few instants around the last promotion, so that equal ones and the bound itself occur."""
    return [promote_until, promote_until + 1, promote_until - 1, anchor - DAY] + [
        anchor + rng.randint(-5, 5) * HOUR for _ in range(2)
    ]


def decisions(rng: Random, clock: Clock, refs: list[str], times: list[int]) -> list[Row]:
    """Answers after the selection: of the declined and the waitlisted too, and repeated."""
    return [
        {
            "participant": rng.choice(refs),
            "decision": rng.choice(("accept", "decline", "withdraw", "withdraw")),
            "at": clock.write(rng.choice(times)),
            "actor": rng.choice(("applicant", "office")),
            "reason": rng.choice(("", "illness, long", "سفر")),
        }
        for _ in range(rng.randint(0, len(refs) * 2 // 3))
    ]


def withdrawals(rng: Random, clock: Clock, refs: list[str], times: list[int]) -> list[Row]:
    """Rows of corrections.csv for who left, several for one person among them."""
    leaving = [rng.choice(refs) for _ in range(rng.choice((0, 0, 1, 2)))]
    leaving += [ref for ref in leaving if rng.random() < 0.4]
    return [
        {
            "kind": "withdraw",
            "participant": ref,
            "target": "",
            "value": "",
            "actor": "registrar",
            "reason": rng.choice(("", "left the service")),
            "at": clock.write(rng.choice(times)),
        }
        for ref in leaving
    ]
