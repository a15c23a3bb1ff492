"""What columns of the tables are called: in English as programs know them, in Arabic in words."""

from collections.abc import Iterable, Mapping

from ijaza_attendance.sheets.words import Language

_ARABIC: Mapping[str, str] = {
    "edition": "الدورة",
    "module": "الوحدة",
    "session": "الجلسة",
    "date": "التاريخ",
    "revision": "إصدار الدورة",
    "number": "الرقم",
    "name_en": "الاسم بالإنجليزية",
    "name_ar": "الاسم بالعربية",
    "participant": "المعرّف",
    "withdrawn": "انسحاب",
    "time_in": "وقت الدخول",
    "time_out": "وقت الخروج",
    "seconds": "الحضور بالثواني",
    "source": "مصدر الاحتساب",
    "standing": "الحالة",
    "corrected_minutes": "دقائق التصحيح",
    "corrected_by": "صحّحه",
    "correction_reason": "سبب التصحيح",
    "corrected_at": "وقت التصحيح",
    "excused_by": "منح العذر",
    "excuse_reason": "سبب العذر",
    "excused_at": "وقت العذر",
    "to_review": "للمراجعة",
    "signature": "التوقيع",
    "signature_in": "التوقيع عند الدخول",
    "signature_out": "التوقيع عند الخروج",
    "attended_seconds": "مجموع الحضور بالثواني",
    "attended": "الحضور (س:د)",
    "scheduled_seconds": "المقرر بالثواني",
    "scheduled": "المقرر (س:د)",
    "percent": "النسبة المئوية",
    "corrected": "جلسات مصححة",
    "excused": "جلسات بعذر",
    "cancelled": "ملغاة",
    "merged_into": "مدمجة في",
    "kind": "النوع",
    "time": "الوقت",
    "by": "الجهاز أو الموظف",
    "direction": "الاتجاه",
    "counts": "يُحتسب",
    "why": "البيان",
    "device_time": "ساعة الجهاز",
    "offset_ms": "الفرق بالملي ثانية",
    "method": "الطريقة",
    "server_verdict": "قرار الخادم",
    "scan_id": "معرّف المسح",
    "undo_of": "تراجع عن",
    "minutes": "الدقائق",
    "reason": "السبب",
}


def headings(names: Iterable[str], language: Language) -> list[str]:
    """The first row of a table; a name that is not ours, such as a session's, stays as it is."""
    return [_ARABIC.get(name, name) if language == "ar" else name for name in names]
