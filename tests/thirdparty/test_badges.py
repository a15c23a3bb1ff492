"""Badges as a scanner and a screen reader meet them: each code is read back from the page."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ijaza_attendance.passes.badges import Badge, sheet
from ijaza_attendance.passes.tokens import Claims, sign
from joserfc.jwk import OKPKey

from tests.thirdparty.conftest import ROOT, require_tool, run

JSQR = ROOT / "services/attendance/ijaza_attendance/kiosk/vendor/jsQR.js"
TITLE = {"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"}
NAMES = [
    ("Mariam Fahmy Abdelhadi", "مريم فهمي عبد الهادي"),
    ("Abd al-Rahman Muhammad Abd al-Hamid " * 3, "عَبْدُ الرَّحْمَٰنِ مُحَمَّدٌ عَبْدُ الْحَمِيدِ " * 3),
    ("Officer 3 of Unit 12", "ضابط ٣ من الوحدة ١٢ (7)"),
    ('#eval("1") $x$ *b* @ref \\ // /*', "#let x = 1"),
    ("X" * 200, "م" * 200),
    ("", ""),
    ("\u202eturned\u2066", "محمد"),
    ("Séverine Ñuñez-O’Brien", "سِفْرِين"),
    ("Ninth", "التاسع"),
]
"""Nine: the last is on a page of its own."""

pytestmark = pytest.mark.slow


def badges() -> list[Badge]:
    """Badges with the longest passes there are, and with such as an edition usually has."""
    key = OKPKey.generate_key("Ed25519")
    return [
        Badge(
            number=number,
            name_en=en,
            name_ar=ar,
            token=sign(
                Claims(
                    "x" * 40 if number % 2 else "mg-4",
                    "f" * 32,
                    "7Q2MZ4T0XK",
                    1_587_254_400,
                    "k999",
                ),
                key,
            ),
        )
        for number, (en, ar) in enumerate(NAMES)
    ]


def test_every_code_is_read_back_from_the_page(tmp_path: Path) -> None:
    """At 110 points an inch, coarser than a camera sees a badge at arm's length."""
    node, poppler = require_tool("node"), require_tool("pdftoppm")
    printed = badges()
    (tmp_path / "badges.pdf").write_bytes(sheet(TITLE, printed))

    run(poppler, "-r", "110", "-gray", tmp_path / "badges.pdf", tmp_path / "page")

    read: list[str | None] = []
    for page in sorted(tmp_path.glob("page-*.pgm")):
        done = run(node, Path(__file__).with_name("read_codes.cjs"), JSQR, page, "2", "4")
        assert done.returncode == 0, done.stderr
        read += json.loads(done.stdout)
    assert read == [each.token for each in printed] + [None] * 7


def test_badges_are_accessible(
    verapdf: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """PDF/UA-1, whatever the names are."""
    (tmp_path / "badges.pdf").write_bytes(sheet(TITLE, badges()))

    done = verapdf("ua1", tmp_path / "badges.pdf")

    assert done.returncode == 0, done.stdout
