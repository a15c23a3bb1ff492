"""The pages that strangers see, in a browser: readable, accessible, and checking for themselves."""

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import httpx
import pytest
from ijaza_credential.verification.words import WORDS
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser.certificate_files import certificate_files
from tests.browser.certificates import (
    ERASED,
    FALLEN,
    HOSTILE,
    NAMES,
    RENAMED,
    TAKEN_BACK,
    VALID,
    Site,
    certificate_site,
    erase,
)
from tests.thirdparty.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

STATIC = ROOT / "services" / "credential" / "ijaza_credential" / "verification" / "static"
SIZES = [(1280, 800), (390, 844)]
SOON = 20_000
"""Milliseconds until which a check has come to its end."""
_FAULTS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  const bad = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const found = bad.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]);
  const wide = document.documentElement.scrollWidth > innerWidth;
  return wide ? [...found, ["wider than the screen"]] : found;
}"""
NO_ED25519 = """
const importKey = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, algorithm, ...rest) =>
  algorithm?.name === "Ed25519"
    ? Promise.reject(new DOMException("no", "NotSupportedError"))
    : importKey(format, key, algorithm, ...rest);
"""
"""A browser whose WebCrypto is older than Ed25519 in it."""


_numbers = count(1)


def visitor() -> dict[str, str]:
    """The headers of somebody new: each has tries of their own."""
    return {"X-Forwarded-For": f"198.51.100.{next(_numbers)}"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Graduates of every kind, one of them erased."""
    with certificate_site(tmp_path_factory.mktemp("site")) as site:
        site.do(erase)
        yield site


@pytest.fixture(scope="module")
def files(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Files that somebody could have, by what is to be found of each."""
    folder = tmp_path_factory.mktemp("files")
    contents = certificate_files(site)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in contents}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor who speaks English."""
    context = browser.new_context(
        locale="en", viewport={"width": 1280, "height": 800}, extra_http_headers=visitor()
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may go wrong: no script error, no refused load, no dialogue."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on(
        "console",
        lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield page
    assert wrong == []


def _check(page: Page, axe: str) -> None:
    page.evaluate(axe)
    assert page.evaluate(_FAULTS) == []


def checked(page: Page) -> str:
    """The verdict that the browser comes to by itself."""
    found = page.locator("#local .outcome [data-verdict]")
    expect(found).to_be_visible(timeout=SOON)
    return str(found.get_attribute("data-verdict"))


def test_what_others_wrote_is_unchanged(tools: Path) -> None:
    """The vendored file equals that of its package."""
    theirs = (tools / "@noble" / "ed25519" / "index.js").read_bytes()
    assert (STATIC / "vendor" / "noble-ed25519.js").read_bytes() == theirs


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
def test_every_page_is_accessible(
    browser: Browser,
    site: Site,
    files: Mapping[str, Path],
    tools: Path,
    language: str,
    size: tuple[int, int],
) -> None:
    """axe-core finds nothing serious, nothing is wider than the screen, Arabic runs leftwards."""
    axe = (tools / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    # Without Trusted Types axe-core can put its own parts into the page.
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        bypass_csp=True,
        extra_http_headers=visitor(),
    )
    page = context.new_page()
    addresses = [
        *(site.page(each, "", language) for each in (VALID, RENAMED, TAKEN_BACK, FALLEN, ERASED)),
        site.page(HOSTILE, "", language),
        site.page(RENAMED, 1, language),
        f"{site.url}/v/none?lang={language}",
        f"{site.url}/verify?lang={language}",
    ]
    for address in addresses:
        page.goto(address)
        _check(page, axe)
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    page.goto(site.page(VALID, "", language))
    page.click("#local button")
    checked(page)
    _check(page, axe)
    for name in ("genuine.pdf", "wrapped.pdf", "false.json", "unreadable.pdf"):
        page.goto(f"{site.url}/verify?lang={language}")
        page.set_input_files("#local-file", files[name])
        checked(page)
        _check(page, axe)
        page.set_input_files("#file", files[name])
        page.click("form button")
        page.wait_for_selector(".verdict .steps")
        _check(page, axe)
    context.close()


@pytest.mark.parametrize(
    ("who", "heading"),
    [(VALID, "Valid"), (RENAMED, "Valid"), (TAKEN_BACK, "Revoked"), (FALLEN, "Revoked")],
)
def test_a_page_is_readable_without_javascript(
    browser: Browser, site: Site, who: str, heading: str
) -> None:
    """Status, name, and how to have the file checked."""
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(site.page(who))

    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator(".holder")).to_contain_text(NAMES[who][1])
    expect(page.locator("#local")).to_be_hidden()
    page.click("text=Check a file")
    expect(page.locator("form")).to_be_visible()
    expect(page.locator("#local")).to_be_hidden()
    context.close()


def test_a_browser_prefers_its_language(browser: Browser, site: Site) -> None:
    """And the other one is a click away."""
    context = browser.new_context(locale="ar-EG")
    page = context.new_page()
    page.goto(f"{site.url}/v/{site.serials[VALID]}")
    expect(page.locator("h1")).to_have_text("صالحة")

    page.click("header a")

    expect(page.locator("h1")).to_have_text("Valid")
    context.close()


@pytest.mark.parametrize("older", [False, True], ids=["webcrypto", "noble"])
@pytest.mark.parametrize(
    ("who", "version", "verdict"),
    [
        (VALID, 1, "genuine"),
        (RENAMED, 1, "ended"),
        (RENAMED, 2, "genuine"),
        (TAKEN_BACK, 1, "ended"),
        (FALLEN, 1, "ended"),
        (HOSTILE, 1, "genuine"),
    ],
)
def test_the_browser_checks_the_signature_itself(
    page: Page, site: Site, who: str, version: int, verdict: str, older: bool
) -> None:
    """By the issuer's key and status list, with WebCrypto or, where that is too old, without."""
    if older:
        page.add_init_script(NO_ED25519)
    page.goto(site.page(who, version))

    page.click("#local button")

    assert checked(page) == verdict
    expect(page.locator("#local dl")).to_contain_text(NAMES[who][1])


def test_browser_and_server_come_to_the_same(
    page: Page, site: Site, files: Mapping[str, Path]
) -> None:
    """Verdict and steps, for each file."""
    page.goto(f"{site.url}/verify?lang=en")
    for name, path in files.items():
        page.set_input_files("#local-file", [])
        page.evaluate("document.querySelector('#local .outcome').replaceChildren()")
        page.set_input_files("#local-file", path)
        verdict = checked(page)
        said = page.locator("#local .steps li span:last-child").all_inner_texts()
        sent = {"file": (name, path.read_bytes())}
        answer = httpx.post(
            f"{site.url}/verify",
            files=sent,
            headers={"Accept": "application/json", **visitor()},
        ).json()

        assert verdict == answer["verdict"] == name.partition(".")[0].partition("-")[0], name
        assert said == [step["detail"] for step in answer["steps"]], name


@pytest.mark.parametrize("older", [False, True], ids=["webcrypto", "noble"])
def test_the_browser_checks_the_jwt_of_a_page(page: Page, site: Site, older: bool) -> None:
    """Of a valid certificate; there is none of another."""
    if older:
        page.add_init_script(NO_ED25519)
    page.goto(site.page(VALID))

    page.click("text=Check its JWT here")

    assert checked(page) == "genuine"
    expect(page.locator("#local .steps")).to_contain_text("as a JWT")
    page.goto(site.page(TAKEN_BACK))
    expect(page.locator("#local button")).to_have_count(1)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_file_that_is_too_large_is_told_on_a_page(
    browser: Browser, site: Site, tmp_path: Path, language: str
) -> None:
    """In the visitor's language, by the form that needs no script."""
    large = tmp_path / "large.pdf"
    large.write_bytes(b"%PDF-1.7" + bytes(5 << 20))
    context = browser.new_context(java_script_enabled=False, locale=language)
    page = context.new_page()
    page.goto(f"{site.url}/verify")
    page.set_input_files("#file", large)

    page.click("form button")

    expect(page.locator("h1")).to_have_text(WORDS[language]["large"])
    assert page.locator("html").get_attribute("lang") == language
    context.close()


def test_a_file_that_is_dropped_stays_where_it_is(
    page: Page, site: Site, files: Mapping[str, Path]
) -> None:
    """Nothing but reading is asked of the server, and no other host is."""
    page.goto(f"{site.url}/verify?lang=en")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))

    transfer = page.evaluate_handle(
        """(bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "credential.json"));
          return transfer;
        }""",
        list(files["genuine.json"].read_bytes()),
    )
    page.dispatch_event("#local", "drop", {"dataTransfer": transfer})

    assert checked(page) == "genuine"
    serial = site.serials[VALID]
    paths = {each.url.removeprefix(site.url) for each in asked}
    assert {each.method for each in asked} == {"GET"}
    assert {path for path in paths if not path.startswith("/verify/static/")} == {
        "/.well-known/did.json",
        "/editions/mg-4/status/1",
        f"/v1/certificates/{serial}",
    }


def test_the_page_says_when_it_cannot_check(page: Page, site: Site) -> None:
    """Instead of a verdict."""
    page.route("**/did.json", lambda route: route.abort())
    page.goto(site.page(VALID))

    page.click("#local button")

    said = page.locator("#local .outcome")
    expect(said).to_contain_text("could not be made", timeout=SOON)
    expect(page.locator("[data-verdict]")).to_have_count(0)


def test_a_list_that_is_kept_back_proves_nothing(page: Page, site: Site) -> None:
    """Whoever stands between cannot make a revoked certificate look valid."""
    page.route("**/status/*", lambda route: route.abort())
    page.goto(site.page(TAKEN_BACK))

    page.click("#local button")

    assert checked(page) == "unproven"


def test_a_forged_list_proves_nothing(page: Page, site: Site) -> None:
    """A list that its issuer did not sign is not believed."""
    real = httpx.get(f"{site.url}/editions/mg-4/status/1").json()
    forged = {**real, "validFrom": "2026-01-01T00:00:00Z"}
    page.route("**/status/*", lambda route: route.fulfill(json=forged))
    page.goto(site.page(VALID))

    page.click("#local button")

    assert checked(page) == "unproven"


def test_the_keyboard_alone_is_enough(page: Page, site: Site) -> None:
    """Tab reaches the check, Enter makes it."""
    page.goto(site.page(VALID))
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    page.keyboard.press("Enter")

    assert checked(page) == "genuine"
