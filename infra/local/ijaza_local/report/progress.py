"""The way of the people through the edition: from application to certificate, module by module."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ijaza_contracts.edition import Edition, Module
from markupsafe import Markup

from . import moments, tally, wording
from .charts import Bar, bars
from .tally import CertificateCount, ModuleCount, Person
from .wording import Wording

_SAME_NUMBERS = Wording("The table has the same numbers.", "والأرقام نفسها في الجدول.")


@dataclass(frozen=True, slots=True)
class Step:
    """A number with its name: `name` as in the files, or of a step of the way."""

    name: str
    label: Wording
    number: int


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module in numbers; `taught` is its time in `h:mm`."""

    number: int
    module: Module
    taught: str
    count: ModuleCount


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate: what it asks for, who earned it, who holds it."""

    title: Wording
    kind: Wording
    requirements: Wording
    count: CertificateCount


def way(edition: Edition, people: Sequence[Person]) -> list[Step]:
    """From application to certificate. Whoever is selected and does not leave takes part."""
    total = tally.count(people)
    steps = [Step("applied", applied_label(edition), total.applied)]
    took_part = Wording("Took part at the end", "المشاركون حتى النهاية")
    if edition.selection is not None:
        admissible = total.applied - tally.by_outcome(people)["declined"]
        label = Wording("Met the conditions of admission", "المستوفون لشروط القبول")
        steps.append(Step("admissible", label, admissible))
        took_part = Wording("Selected, and took part at the end", "المقبولون حتى النهاية")
    steps.append(Step("took_part", took_part, total.took_part))
    if len(edition.certificates) == 1:
        eligible = Wording("Eligible for the certificate", "المستحقون للشهادة")
        steps.append(Step("eligible", eligible, total.eligible))
    else:
        earned = sum(person.award != "" for person in people)
        steps.append(Step("earned", Wording("Earned a certificate", "المستحقون لشهادة"), earned))
    held = Wording("Hold a certificate", "الحاصلون على شهادة")
    return [*steps, Step("certificates", held, total.certificates)]


def applied_label(edition: Edition) -> Wording:
    """What everybody in applicants.csv is called."""
    if edition.selection is None:
        return Wording("On the roster", "المسجَّلون في القائمة")
    return Wording("Applied", "المتقدمون")


def outcomes(edition: Edition, people: Iterable[Person]) -> list[Step]:
    """How the selection came out; a roster knows neither a waiting list nor the declined."""
    found = tally.by_outcome(people)
    of_roster = {"selected": Wording("On the roster at the end", "في القائمة حتى النهاية")}
    labels = wording.OUTCOMES if edition.selection else {**wording.OUTCOMES, **of_roster}
    return [
        Step(name, labels[name], number)
        for name, number in found.items()
        if edition.selection is not None or number
    ]


def reviews(items: Mapping[str, int]) -> list[Step]:
    """The review items by kind, in the order of formats.md; kinds without any are left out."""
    known = [kind for kind in wording.REVIEWS if items.get(kind)]
    further = sorted(kind for kind in items if items[kind] and kind not in wording.REVIEWS)
    return [Step(kind, wording.review(kind), items[kind]) for kind in (*known, *further)]


def chart_of(identity: str, title: Wording, steps: Sequence[Step]) -> Markup:
    """Numbers with names as a chart."""
    rows = [Bar(step.label, (step.number,)) for step in steps]
    return bars(identity, title, _SAME_NUMBERS, rows)


def module_rows(edition: Edition, people: Iterable[Person]) -> list[ModuleRow]:
    """The modules in the edition's order."""
    counts = tally.by_module(edition, people)
    return [
        ModuleRow(
            number,
            module,
            moments.duration(sum(map(moments.taught, module.sessions), timedelta())),
            count,
        )
        for number, (module, count) in enumerate(zip(edition.modules, counts, strict=True), start=1)
    ]


def module_chart(
    identity: str, title: Wording, rows: Sequence[ModuleRow], took_part: int, with_tests: bool
) -> Markup:
    """Who met the attendance and passed the test of each module, of all who took part."""
    tested = (
        Wording(", passed the test", "، ثم الناجحون في الاختبار") if with_tests else Wording("")
    )
    explanation = Wording(
        f"Each bar: took part at the end, met the attendance{tested.en}. {_SAME_NUMBERS.en}",
        f"في كل شريط: المشاركون حتى النهاية، ثم المستوفون للحضور{tested.ar}. {_SAME_NUMBERS.ar}",
    )
    drawn = []
    for row in rows:
        label = Wording(f"Module {row.number}", f"الوحدة {row.number}")
        tests = (row.count.test,) if with_tests else ()
        drawn.append(Bar(label, (took_part, row.count.attendance, *tests)))
    return bars(identity, title, explanation, drawn)


def certificate_rows(edition: Edition, people: Sequence[Person]) -> list[CertificateRow]:
    """The certificates, best first; then those of an earlier revision that somebody holds."""
    known = {certificate.id: certificate for certificate in edition.certificates}
    rows = []
    for count in tally.by_certificate(edition, people):
        certificate = known.get(count.id)
        if certificate is None:
            former = Wording("Of an earlier revision", "من إصدار سابق")
            rows.append(CertificateRow(wording.as_written(count.id), former, Wording(""), count))
        else:
            rows.append(
                CertificateRow(
                    wording.bilingual(certificate.title),
                    wording.CERTIFICATE_KINDS[certificate.kind],
                    wording.requirements(certificate),
                    count,
                )
            )
    return rows
