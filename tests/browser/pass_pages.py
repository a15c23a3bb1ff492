"""What a participant's link leads to: the pass, and the page that there is none to show."""

from ijaza_attendance.passes.page import Shown, page

from tests.browser.fake_door import FakeDoor, person

_TITLE = {"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"}


def pass_pages() -> dict[str, str]:
    """The pages as HTML, by what they show."""
    door = FakeDoor()
    who = person(3)
    shown = Shown(
        title=_TITLE,
        number=who["number"],
        name_en=who["name_en"],
        name_ar=who["name_ar"],
        until="2026-12-22",
        token=door.token(3),
    )
    return {"pass": page(shown), "no-pass": page(None)}
