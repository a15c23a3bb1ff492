"""Certificates of nobody, to try a template with.

One is usual, one is long wherever it can be, and one has nothing that can be left out.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from ijaza_credential.documents.subject import (
    CertificateFacts,
    CertificateKind,
    Issuer,
    ModuleResult,
    Text,
)

CREDENTIAL = b'{"sample":"This is no credential."}'
"""What is attached to a sample: nothing that anybody signed."""
SERIAL = "0000-0000-0000"
"""A serial that nobody has."""
_HOUR = 3600


def _text(en: str, ar: str) -> Text:
    return {"en": en, "ar": ar}


def _modules(*titles: Text) -> tuple[ModuleResult, ...]:
    return tuple(
        ModuleResult(f"m{number}", title, 16 * _HOUR, 15 * _HOUR + 1800, 13 * _HOUR)
        for number, title in enumerate(titles, 1)
    )


USUAL = CertificateFacts(
    edition="sample",
    edition_title=_text("Certificate in Public Service Law", "شهادة قانون الخدمة العامة"),
    edition_subtitle=_text("Second edition", "الدورة الثانية"),
    revision=1,
    issuer=Issuer(
        "certificates.example.org",
        _text("Office of Programmes", "مكتب البرامج"),
        "https://certificates.example.org",
        "office@example.org",
    ),
    organisers=(
        _text("School of Governance", "كلية الحوكمة"),
        _text("Ministry of Examples", "وزارة الأمثلة"),
    ),
    funders=(_text("The Example Fund", "صندوق المثال"),),
    place=_text("River Campus", "حرم النهر"),
    city=_text("Cairo", "القاهرة"),
    country="EG",
    languages=("ar", "en"),
    modules=_modules(
        _text("Principles of Public Law", "مبادئ القانون العام"),
        _text("Drafting and Interpretation", "الصياغة والتفسير"),
        _text("Courts and Remedies", "المحاكم وسبل الانتصاف"),
    ),
    certificate="completion",
    kind=CertificateKind.COMPLETION,
    certificate_title=_text("Certificate of Completion", "شهادة إتمام"),
    holder_name_en="Salma Haddad",
    holder_name_ar="سلمى حدّاد",
    serial=SERIAL,
    credential_id="urn:uuid:00000000-0000-5000-8000-000000000000",
    version=1,
    issued_at=datetime(2020, 4, 17, 18, tzinfo=UTC),
    issued_on=date(2020, 4, 17),
    activity_start=date(2019, 12, 15),
    activity_end=date(2020, 4, 15),
    status_list_number=1,
    status_list_index=0,
    ceremony=date(2020, 4, 20),
)

LONG = replace(
    USUAL,
    edition_title=_text(
        "Certificate in the Governance of Migration, Displacement and Development in the Region",
        "شهادة حوكمة الهجرة والنزوح والتنمية في المنطقة (MG-4) لعام ٢٠٢٠",
    ),
    certificate_title=_text(
        "Professional Certificate of Completion with Distinction",
        "الشهادة المهنية لإتمام البرنامج بامتياز",
    ),
    holder_name_en="Abd al-Rahman Muhyi al-Din ibn Abd al-Qadir al-Husayni al-Shadhili "
    "Wolfeschlegelsteinhausenbergerdorff",
    holder_name_ar="عَبْدُ الرَّحْمٰنِ مُحْيِي الدِّينِ بْنُ عَبْدِ القَادِرِ الحُسَيْنِيُّ الشَّاذِلِيُّ المَعْرُوفُ بِابْنِ الخَطِيب",
    organisers=(
        *USUAL.organisers,
        _text("Centre for the Study of Public Administration", "مركز دراسات الإدارة العامة"),
        _text("International Institute of Examples", "المعهد الدولي للأمثلة"),
    ),
    modules=_modules(
        *(
            _text(
                f"Module {number}: Comparative Approaches to Regional Policy",
                f"الوحدة {number}: مناهج مقارنة في السياسات الإقليمية",
            )
            for number in range(1, 13)
        )
    ),
    version=3,
    predecessor_credential_id="urn:uuid:00000000-0000-5000-8000-000000000001",
)

BARE = replace(
    USUAL,
    certificate_title=USUAL.edition_title,
    edition_subtitle=None,
    organisers=(),
    funders=(),
    modules=(),
    ceremony=None,
    kind=CertificateKind.ATTENDANCE,
)

SAMPLES = {"usual": USUAL, "long": LONG, "bare": BARE}
