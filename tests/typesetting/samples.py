"""What is hard to set: long names, vowels and ligatures, digits and Latin words among Arabic."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.sheets import totals_of
from ijaza_attendance.passes.badges import Badge, sheet
from ijaza_attendance.sheets.common import Extent
from ijaza_attendance.sheets.printed import printed
from ijaza_attendance.sheets.session import session_sheet
from ijaza_attendance.sheets.writing import writing_of
from ijaza_credential.documents.credential import serialise_credential
from ijaza_credential.documents.pdf import render_pdf
from ijaza_credential.documents.subject import CertificateFacts

from tests.unit.attendance.given import at, session
from tests.unit.attendance.sheet_rows import attending, bilingual, on_sheet, stayed
from tests.unit.credential_documents.given import facts, module, signed, text
from tests.unit.credential_documents.test_pdf import LONG_NAME, MARKED_NAME

VOWELLED = facts(
    holder_name_en="Āʾisha Muʾmina Laʾlaʾ al-Qurashiyya",
    holder_name_ar="آلاءُ مُؤْمِنَةُ عَبْدِ اللهِ اللُّؤْلُؤِيَّة",
    certificate_title=text("Certificate in Refugee Law", "شَهَادَةُ قَانُونِ اللَّاجِئِينَ"),
    edition_title=text("Refugee Law", "قانون اللاجئين والأشخاص عديمي الجنسية"),
    organisers=(
        text("Faculty of Islamic and Arabic Studies", "كُلِّيَّةُ الدِّرَاسَاتِ الإِسْلَامِيَّةِ وَالعَرَبِيَّة"),
        text("Faculty of Law", "كلية الحقوق – جامعة القاهرة"),
    ),
)
MIXED = facts(
    holder_name_en="Mohamed (Hamada) Abdullah III",
    holder_name_ar="د. محمد (Hamada) عبد الله 3",
    edition_title=text("Migration & COVID-19 (2019/2020)", "الهجرة وجائحة COVID-19 في 2019/2020"),
    edition_subtitle=text("4th edition: SDG 10.7", "الدورة 4: الهدف SDG 10.7 (خطة 2030)"),
    modules=tuple(
        module(number, title=text(en, ar))
        for number, (en, ar) in enumerate(
            [
                ("IOM’s MiGOF 2.0 in 15 countries", "إطار MiGOF 2.0 للمنظمة IOM في 15 دولة"),
                ("Article 14(1) UDHR", "المادة 14 (1) من الإعلان العالمي UDHR"),
                ("100% online (Zoom, Teams)", "تعليم 100% عن بُعد (Zoom، Teams)"),
                ("1951–1967: two instruments", "من 1951 إلى 1967: صكّان، 19 مادة"),
                ("E-mail: info@example.org", "البريد الإلكتروني: info@example.org؟"),
            ]
        )
    ),
    organisers=(
        text("IOM Egypt (est. 1991)", "المنظمة الدولية للهجرة IOM – مصر (تأسست 1991)"),
        text("CMRS", "مركز CMRS"),
        text("UNHCR", "UNHCR مفوضية"),
    ),
    ceremony=date(2020, 4, 16),
)
INDIC = facts(
    certificate_title=text("Certificate", "شهادة"),
    edition_subtitle=text("Fourth edition", "الدورة ٤ (٢٠١٩–٢٠٢٠)"),
    modules=tuple(
        module(number, title=text(f"Module {number}", "الإطار القانوني للاجئين وملتمسي اللجوء"))
        for number in range(16)
    ),
    version=2,
    predecessor_credential_id="urn:uuid:00000000-0000-4000-8000-000000000000",
)
PEOPLE = [
    ("Mariam Fahmy Abdelhadi", "مريم فهمي عبد الهادي"),
    (LONG_NAME, MARKED_NAME),
    (MIXED.holder_name_en, MIXED.holder_name_ar),
    (VOWELLED.holder_name_en, VOWELLED.holder_name_ar),
]


def certificate_of(about: CertificateFacts) -> bytes:
    """The PDF of a certificate, its signed credential attached."""
    return render_pdf(about, serialise_credential(signed(about)))


def _badges() -> bytes:
    title = {"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"}
    return sheet(title, [Badge(n, en, ar, "x" * 200) for n, (en, ar) in enumerate(PEOPLE, 1)])


def _attendance() -> bytes:
    rules = bilingual(session("s1"))
    people = [
        (attending(rules, *stayed("16:02", "17:02"), participant=f"p{n}", number=n), (en, ar))
        for n, (en, ar) in enumerate(PEOPLE, 1)
    ]
    rows = [on_sheet(state, rules, person=Person(*names, 1)) for state, names in people]
    return printed(
        session_sheet(
            rows,
            totals_of(rows),
            rules,
            rules.sittings["s1"],
            writing_of(rules, "ar"),
            Extent(1, len(rows), len(rows)),
            int(at("12:00", day=9).timestamp()),
        ),
        datetime(2020, 1, 2, tzinfo=UTC),
    )


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "certificate-long-name": lambda: certificate_of(
        facts(holder_name_en=LONG_NAME, holder_name_ar=MARKED_NAME)
    ),
    "certificate-vowelled": lambda: certificate_of(VOWELLED),
    "certificate-mixed": lambda: certificate_of(MIXED),
    "certificate-arabic-digits": lambda: certificate_of(INDIC),
    "badges": _badges,
    "attendance-sheet": _attendance,
}
"""Documents of one page each, as PDF, by the name of their picture."""
