"""The kiosk's page in Chromium: set up once, then every scan is judged, kept and sent once."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from tests.browser.conftest import ARGUMENTS
from tests.browser.fake_door import b64url, person
from tests.browser.kiosk_page import Kiosk
from tests.browser.serving import Served
from tests.thirdparty.conftest import require_tool

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def _effects(door: Served) -> list[str]:
    return [scan["scan_id"] for scan in door.door.scans]


def test_a_scan_is_recorded_and_sent_once(kiosk: Kiosk[Served]) -> None:
    """A pass in front of the door comes to the server as one accepted scan of its participant."""
    scan = kiosk.scan(kiosk.door.door.token(7))

    kiosk.expect_unsent(0)
    assert _effects(kiosk.door) == [scan]
    sent = kiosk.door.door.scans[0]
    assert sent["participant"] == person(7)["participant"]
    assert (sent["direction"], sent["verdict"], sent["method"]) == ("in", "accepted", "scanner")
    assert (sent["session"], sent["pass_serial"]) == ("m1-d1", kiosk.door.door.serial(7))


def test_the_answer_names_the_person_in_both_scripts(kiosk: Kiosk[Served]) -> None:
    """The screen shows English and Arabic name, and says the same to a screen reader."""
    kiosk.scan(kiosk.door.door.token(1))

    names = kiosk.page.locator(".result .name")
    expect(names).to_have_text([person(1)["name_en"], person(1)["name_ar"]])
    expect(kiosk.page.locator("#spoken")).to_contain_text(person(1)["name_en"])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("unreadable", lambda door: "eyJhbGciOiJub25lIn0.e30."),
        (
            "unreadable",
            lambda door: _unsigned(door.token(1)),
        ),
        ("too-long", lambda door: "eyJ" + "A" * 10_000),
        ("wrong-key", lambda door: door.token(1, kid="k9")),
        ("bad-signature", lambda door: door.token(1, signer=Ed25519PrivateKey.generate())),
        ("bad-signature", lambda door: _altered(door.token(1))),
        ("expired", lambda door: door.token(1, days=-1)),
        ("other-edition", lambda door: door.token(1, edition="mg-3")),
        ("replaced", lambda door: door.token(1, serial="OLD")),
        ("revoked", lambda door: door.token(2)),
        ("not-on-roster", lambda door: door.token(999)),
        ("withdrawn", lambda door: door.token(3)),
    ],
)
def test_a_pass_that_is_not_good_is_refused_with_its_reason(
    browser: Browser, door: Served, code: str, text: object
) -> None:
    """Each fault has its own code on the screen, and comes to the server as an attempt."""
    assert callable(text)
    door.door.revoked.append(door.door.serial(2))
    door.door.withdrawn.add(3)
    context = browser.new_context(locale="en", permissions=["camera"])
    kiosk = Kiosk(context.new_page(), door)
    kiosk.enrol()
    kiosk.choose("m1-d1")

    kiosk.paste(text(door.door))

    kiosk.shown("refused")
    assert kiosk.code() == code
    kiosk.expect_unsent(0)
    assert [scan["verdict"] for scan in door.door.scans] == [code]
    context.close()


def _unsigned(token: str) -> str:
    header = b64url(b'{"alg":"none","kid":"k1"}')
    return f"{header}.{token.split('.')[1]}."


def _altered(token: str) -> str:
    header, claims, signature = token.split(".")
    return f"{header}.{claims}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def test_works_without_a_network_from_the_first_load_on(kiosk: Kiosk[Served]) -> None:
    """No server, no network, page loaded again: it judges, keeps and counts; later it sends."""
    kiosk.go_offline()
    kiosk.page.reload()
    kiosk.at("scan")

    scans = [kiosk.scan(kiosk.door.door.token(number)) for number in range(1, 11)]
    kiosk.expect_unsent(10)
    assert _effects(kiosk.door) == []

    kiosk.go_online()
    kiosk.expect_unsent(0)
    assert _effects(kiosk.door) == scans


def test_nothing_is_lost_when_the_browser_is_killed(
    playwright: Playwright, door: Served, profile: Path
) -> None:
    """Chromium killed right at a green screen, opened again: the scan is there and is sent once."""

    def launch() -> tuple[Kiosk[Served], BrowserContext]:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=require_tool("chromium"),
            args=ARGUMENTS,
            permissions=["camera"],
            locale="en",
        )
        return Kiosk(context.new_page(), door), context

    kiosk, context = launch()
    kiosk.enrol()
    kiosk.choose("m1-d1")
    kiosk.go_offline()
    scans = [kiosk.scan(door.door.token(number)) for number in (1, 2, 3)]
    kiosk.crash()
    door.start()

    kiosk, context = launch()
    kiosk.open()
    kiosk.at("scan")
    kiosk.expect_unsent(0)
    assert _effects(door) == scans
    context.close()


def test_the_same_bytes_are_sent_until_acknowledged(kiosk: Kiosk[Served]) -> None:
    """The reply is cut three times: the batch comes again byte for byte, and counts once."""
    kiosk.door.door.cut_replies = 3
    kiosk.scan(kiosk.door.door.token(1))

    kiosk.expect_unsent(0)
    sendings = kiosk.door.door.sendings
    assert len(sendings) == 4
    assert len({body for _, _, body in sendings}) == 1
    assert len(kiosk.door.door.scans) == 1


def test_a_batch_is_stored_before_it_is_sent(kiosk: Kiosk[Served]) -> None:
    """While the server fails, the very bytes that it got lie signed in IndexedDB."""
    kiosk.door.door.fail_with = 503
    kiosk.scan(kiosk.door.door.token(1))
    kiosk.expect_network("offline")
    kiosk.expect_unsent(1)

    (stored,) = kiosk.kept("batches")
    kiosk.door.door.fail_with = 0
    kiosk.sync_now()
    kiosk.expect_unsent(0)
    assert [body for _, _, body in kiosk.door.door.sendings] == [stored["body"].encode()]


def test_in_then_out_and_a_pass_held_on_is_one_scan(kiosk: Kiosk[Served]) -> None:
    """Held on, a pass is not scanned twice; told "out", the same person leaves."""
    pass_ = kiosk.door.door.token(5)
    kiosk.scan(pass_)
    kiosk.type(pass_)
    kiosk.shown("repeat")
    kiosk.page.click("#next")
    kiosk.page.click('[data-direction="out"]')
    kiosk.scan(pass_, "out")

    kiosk.expect_unsent(0)
    assert [scan["direction"] for scan in kiosk.door.door.scans] == ["in", "out"]


def test_undo_is_a_fact_that_names_the_scan(kiosk: Kiosk[Served]) -> None:
    """Undoing leaves the person outside, and tells the server which scan no longer counts."""
    scan = kiosk.scan(kiosk.door.door.token(5))
    kiosk.page.click("#undo-now")
    kiosk.shown("undone")
    kiosk.page.click("#next")

    expect(kiosk.page.locator(".inside .count")).to_have_text("0")
    kiosk.expect_unsent(0)
    assert [each.get("undo_of") for each in kiosk.door.door.scans] == [None, scan]


def test_a_badge_number_is_enough(kiosk: Kiosk[Served]) -> None:
    """A number typed and Enter admits who bears it; an unknown one is refused and not recorded."""
    kiosk.scan("12")
    kiosk.type("4711")
    kiosk.shown("refused")

    assert kiosk.code() == "unknown-number"
    kiosk.expect_unsent(0)
    (sent,) = kiosk.door.door.scans
    assert (sent["participant"], sent["method"]) == (person(12)["participant"], "search")


def test_a_name_is_found_however_it_is_spelled(kiosk: Kiosk[Served]) -> None:
    """Arabic is searched without marks and with any alef, by keys alone."""
    kiosk.page.focus("#open-find")
    kiosk.page.keyboard.press("Enter")
    kiosk.page.keyboard.insert_text("امينه الخطيب")
    kiosk.page.keyboard.press("Enter")
    kiosk.page.keyboard.press("Enter")

    kiosk.shown("in")
    kiosk.expect_unsent(0)
    assert kiosk.door.door.scans[0]["participant"] == person(2)["participant"]


def test_a_scanner_on_an_arabic_keyboard_is_understood(kiosk: Kiosk[Served]) -> None:
    """Keys are read by their place when the characters come out Arabic."""
    kiosk.page.evaluate(
        """(text) => { for (const char of text) {
          const upper = /[A-Z]/.test(char);
          const code = /[a-z]/i.test(char) ? `Key${char.toUpperCase()}`
            : /[0-9]/.test(char) ? `Digit${char}` : char === "." ? "Period" : "Minus";
          document.body.dispatchEvent(new KeyboardEvent("keydown",
            { key: "ش", code, shiftKey: upper || char === "_", bubbles: true })); }
          document.body.dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", bubbles: true })); }""",
        kiosk.door.door.token(4),
    )

    kiosk.shown("in")
