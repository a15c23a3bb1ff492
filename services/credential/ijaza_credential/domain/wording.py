"""How a decision is said to people, in English and Arabic.

Numbers stand where neither language has to bend a word to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from ijaza_credential.domain.fold import plain
from ijaza_credential.domain.programme import Bounds
from ijaza_credential.domain.rules import Attendance, TakingPart, TestToPass


@dataclass(frozen=True, slots=True)
class Wording:
    """The same in both languages."""

    en: str
    ar: str

    @classmethod
    def of(cls, text: Mapping[str, str]) -> "Wording":
        """An office's own text; a language that is missing has the words of another one."""
        fallback = next(iter(text.values()), "")
        return cls(text.get("en", fallback), text.get("ar", fallback))


NOTHING = Wording("", "")

TAKING_PART = Wording(
    "Takes part at the end: selected, and not withdrawn.",
    "المشاركة حتى النهاية: الحصول على مقعد وعدم الانسحاب.",
)

CLOSED = Wording(
    "Cannot be met any more: the edition is closed.", "لا يمكن استيفاؤه بعد الآن: أُغلقت الدورة."
)
AT_CLOSING = Wording("It is issued when the edition is closed.", "تصدر الشهادة عند إغلاق الدورة.")
NO_PROFILE = Wording("It waits for the holder's profile.", "بانتظار تسجيل بيانات صاحب الشهادة.")
NOT_YET = Wording(
    "Earns no certificate yet; what is left is said with each criterion.",
    "لم تُستوفَ شروط أي شهادة بعد، وما يلزم مذكور مع كل شرط.",
)
OUT_OF_REACH = Wording(
    "No certificate can be reached any more.", "لم يعد من الممكن الحصول على أي شهادة."
)
DECLINED = Wording(
    "The programme office declined it; it is proposed again when the facts change.",
    "لم يوافق مكتب البرنامج عليها، وتُعرض من جديد إذا تغيّرت الوقائع.",
)
BY_OFFICE = Wording("The programme office revoked the certificate.", "ألغى مكتب البرنامج الشهادة.")


def hours(seconds: Fraction | int, *, up: bool = False) -> Wording:
    """A duration in hours and whole minutes, rounded down, or up if it is something to reach."""
    whole, minutes = divmod((ceil if up else floor)(Fraction(seconds) / 60), 60)
    if not minutes:
        return Wording(f"{whole} h", f"{whole} س")
    return Wording(f"{whole} h {minutes:02d}", f"{whole} س {minutes:02d} د")


def attendance_rule(criterion: Attendance) -> Wording:
    """The bounds, and what they come to for this person."""
    title, asked = Wording.of(criterion.module.title), _bounds(criterion.bounds)
    needed, scheduled = hours(criterion.needed, up=True), hours(criterion.scheduled)
    return Wording(
        f"Attends {asked.en} of “{title.en}”: {needed.en} of {scheduled.en} scheduled.",
        f"حضور {asked.ar} من «{title.ar}»: {needed.ar} من أصل {scheduled.ar} مقررة.",
    )


def test_rule(criterion: TestToPass) -> Wording:
    """The pass mark, and the attempts allowed."""
    title, test = Wording.of(criterion.module.title), criterion.test
    mark, most, tries = plain(test.pass_mark), plain(test.max_score), test.attempts
    return Wording(
        f"Passes the test of “{title.en}”: {mark} of {most}, attempts allowed: {tries}.",
        f"اجتياز اختبار «{title.ar}»: {mark} من {most}، عدد المحاولات المسموح بها: {tries}.",
    )


def seat_left(criterion: TakingPart, *, closed: bool) -> Wording:
    """What is left to do for somebody who does not take part."""
    if criterion.withdrawn:
        return Wording(
            "Cannot be met any more: withdrawn.", "لا يمكن استيفاؤه بعد الآن: انسحب المشارك."
        )
    if closed:
        return CLOSED
    return Wording(
        "Needs a seat, which the programme office gives.", "يلزم الحصول على مقعد من مكتب البرنامج."
    )


def attendance_left(criterion: Attendance, possible: int) -> Wording:
    """What is missing, and what of it can still come; `possible` seconds at the most in the end."""
    if criterion.scheduled < criterion.needed:
        needed, scheduled = hours(criterion.needed, up=True), hours(criterion.scheduled)
        return Wording(
            f"Cannot be met: {needed.en} are asked for, only {scheduled.en} are scheduled.",
            f"لا يمكن استيفاؤه: المطلوب {needed.ar} والمقرر {scheduled.ar} فقط.",
        )
    missing = hours(criterion.needed - criterion.attended, up=True)
    to_come = hours(possible - criterion.attended)
    if possible < criterion.needed:
        return Wording(
            f"Cannot be met any more: {missing.en} are missing, still to come: {to_come.en}.",
            f"لا يمكن استيفاؤه بعد الآن: ينقص {missing.ar} والمتبقي {to_come.ar}.",
        )
    return Wording(
        f"Attend {missing.en} more; still to come: {to_come.en}.",
        f"يلزم حضور {missing.ar} أخرى، والمتبقي {to_come.ar}.",
    )


def test_left(criterion: TestToPass, *, closed: bool) -> Wording:
    """Which attempts are left, if any can be used."""
    left = criterion.sums.left
    if closed:
        return CLOSED
    if not left:
        return Wording(
            "Cannot be met any more: no attempt is left.",
            "لا يمكن استيفاؤه بعد الآن: استُنفدت المحاولات.",
        )
    return Wording(
        f"Pass the test; attempts left: {left}.",
        f"يلزم اجتياز الاختبار، المحاولات المتبقية: {left}.",
    )


def earned(title: Wording) -> Wording:
    """The award, before any certificate."""
    return Wording(f"Earns “{title.en}”.", f"استوفى شروط «{title.ar}».")


def then(first: Wording, second: Wording) -> Wording:
    """One sentence after the other."""
    return Wording(f"{first.en} {second.en}", f"{first.ar} {second.ar}")


def held(title: Wording, serial: str) -> Wording:
    """The certificate that is valid."""
    return Wording(
        f"Holds “{title.en}”, serial {serial}.", f"يحمل «{title.ar}»، الرقم المسلسل {serial}."
    )


def approvals(given: int, asked: int) -> Wording:
    """How far the approval of a certificate has come."""
    return Wording(
        f"It waits for approval: {given} of {asked}.",
        f"بانتظار الاعتماد: {given} من {asked}.",
    )


def will_be_issued(title: Wording) -> Wording:
    """What the first certificate waits for."""
    return Wording(f"“{title.en}” will be issued.", f"ستصدر «{title.ar}».")


def will_be_superseded(title: Wording, serial: str, version: int) -> Wording:
    """What becomes of a valid certificate, of which this is the version."""
    return Wording(
        f"Version {version + 1} of {serial}, “{title.en}”, will take the place of version "
        f"{version}, which then is superseded.",
        f"سيحل الإصدار {version + 1} من الشهادة {serial}، «{title.ar}»، محل الإصدار {version}.",
    )


def will_be_revoked(serial: str, version: int) -> Wording:
    """What becomes of a certificate that is no longer earned."""
    return Wording(
        f"Version {version} of {serial} will be revoked, and nothing takes its place.",
        f"سيُلغى الإصدار {version} من الشهادة {serial} ولن يحل محله شيء.",
    )


def will_be_reinstated(title: Wording, serial: str, version: int) -> Wording:
    """What follows upon a revoked certificate that is earned again."""
    return Wording(
        f"Version {version + 1} of {serial}, “{title.en}”, will be issued; version {version} "
        "stays revoked.",
        f"سيصدر الإصدار {version + 1} من الشهادة {serial}، «{title.ar}»، ويبقى الإصدار "
        f"{version} ملغى.",
    )


def _bounds(bounds: Bounds) -> Wording:
    share = plain(Decimal(bounds.share.numerator * 100) / Decimal(bounds.share.denominator))
    least = hours(bounds.seconds, up=True)
    asked = [
        *([Wording(f"at least {share} %", f"{share}٪ على الأقل")] if bounds.share else []),
        *([Wording(f"at least {least.en}", f"{least.ar} على الأقل")] if bounds.seconds else []),
    ]
    if not asked:
        return Wording("any time", "أي مدة")
    return Wording(" and ".join(each.en for each in asked), " و".join(each.ar for each in asked))
