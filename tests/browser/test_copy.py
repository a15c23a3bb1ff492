"""The graduate's copy in a browser: readable without a script, accessible, its holder's alone.

    python -m tests.browser.test_copy FOLDER

takes a picture of every page in both languages, on a desktop and a phone.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlparse

import pytest
from ijaza_credential.main import Desk
from ijaza_runtime.access import Role
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.browser.certificates import (
    FALLEN,
    HOSTILE,
    RENAMED,
    TAKEN_BACK,
    VALID,
    Site,
    certificate_site,
    newest_missing,
)
from tests.browser.conftest import ARGUMENTS
from tests.unit.attendance.office import Office
from tests.unit.credential.given import EDITION

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
SHOWN = {
    VALID: "Your certificate is valid",
    RENAMED: "Your certificate is valid",
    TAKEN_BACK: "Your certificate was revoked",
    FALLEN: "Your certificate was revoked",
    HOSTILE: "Your certificate is valid",
    "ended": "This link shows nothing",
}
"""What each link says first, by whose it is."""
_FAULTS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  const found = violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
  const wide = document.documentElement.scrollWidth > innerWidth;
  return wide ? [...found, ["wider than the screen"]] : found;
}"""


def link(site: Site, participant: str) -> str:
    """The page of a link that the office gives."""
    paths: list[str] = []

    async def give(office: Office[Desk]) -> None:
        path = f"/v1/editions/{EDITION}/participants/{participant}/copy-link"
        answer = await office.post(Role.OFFICE, path, {"days": 30})
        paths.append(urlparse(answer.raise_for_status().json()["address"]).path)

    site.do(give)
    return f"{site.url}{paths[0]}"


def all_links(site: Site) -> dict[str, str]:
    """A link of each kind of graduate, and one that another took the place of."""
    ended = link(site, VALID)
    return {"ended": ended, **{each: link(site, each) for each in SHOWN if each != "ended"}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Graduates of every kind."""
    with certificate_site(tmp_path_factory.mktemp("copies")) as site:
        yield site


@pytest.fixture(scope="module")
def links(site: Site) -> Mapping[str, str]:
    """A link of each kind."""
    return all_links(site)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser without scripts."""
    context = browser.new_context(locale="en", java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("whose", SHOWN)
def test_a_page_is_readable_without_a_script(
    page: Page, links: Mapping[str, str], whose: str
) -> None:
    """Its first words say how the certificate stands, and the other language is one press away."""
    page.goto(links[whose])
    expect(page.get_by_role("heading", level=1)).to_have_text(SHOWN[whose])

    page.get_by_role("link", name="العربية").click()

    assert page.locator("html").get_attribute("dir") == "rtl"
    expect(page.get_by_role("link", name="English")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_accessible(
    browser: Browser, links: Mapping[str, str], tools: Path, language: str
) -> None:
    """axe-core finds nothing at all, on a desktop and on a phone; nothing is too wide."""
    axe = (tools / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    faults = {}
    context = browser.new_context(locale=language, bypass_csp=True)
    page = context.new_page()
    for whose, address in links.items():
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.goto(address)
            assert page.evaluate("document.documentElement.lang") == language
            page.evaluate(axe)
            if found := page.evaluate(_FAULTS):
                faults[whose, size] = found
    context.close()
    assert faults == {}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize(
    ("language", "heading"),
    [("en", "Your certificate is being replaced"), ("ar", "يجري استبدال شهادتك")],
)
def test_one_that_is_being_replaced_says_so(
    browser: Browser,
    site: Site,
    links: Mapping[str, str],
    tools: Path,
    language: str,
    heading: str,
    size: tuple[int, int],
) -> None:
    """For as long as its next version is not heard of: readable and accessible like the others."""
    context = browser.new_context(
        locale=language, bypass_csp=True, viewport={"width": size[0], "height": size[1]}
    )
    page = context.new_page()
    with newest_missing(site, RENAMED):
        page.goto(links[RENAMED])

    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.locator(".files a")).to_have_count(2)
    page.evaluate((tools / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate(_FAULTS) == []
    context.close()


def test_files_are_saved_under_their_names(
    page: Page, site: Site, links: Mapping[str, str]
) -> None:
    """Those of the version before are marked."""
    page.goto(links[RENAMED])
    serial = site.serials[RENAMED]
    names = {
        "Certificate (PDF)": f"{serial}-2.pdf",
        "Digital credential (JSON)": f"{serial}-2.json",
        "Digital credential as a JWT (vc+jwt)": f"{serial}-2.jwt",
        "PDF of version 1": f"{serial}-1-superseded.pdf",
        "JSON of version 1": f"{serial}-1-superseded.json",
    }
    for name, file in names.items():
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename == file


def test_nobody_is_told_the_address(browser: Browser, links: Mapping[str, str], site: Site) -> None:
    """The page loads from its own host alone, and where its holder goes next nobody hears of it."""
    context = browser.new_context(locale="en")
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    context.route("https://www.linkedin.com/**", lambda route: route.fulfill(body="a profile"))
    page = context.new_page()
    page.goto(links[VALID])
    page.get_by_role("link", name="Add to LinkedIn").click()
    page.wait_for_url("https://www.linkedin.com/**")

    hosts = [urlparse(each.url).netloc for each in asked]
    assert hosts.count("www.linkedin.com") == 1
    assert set(hosts) == {f"localhost:{site.port}", "www.linkedin.com"}
    assert not any("referer" in each.all_headers() for each in asked)
    assert not any("/c/" in each.url for each in asked if "linkedin" in each.url)
    context.close()


def main() -> None:
    """Take the pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as keys, certificate_site(Path(keys)) as site:
        addresses = all_links(site)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=ARGUMENTS
            )
            page = browser.new_page()
            for whose, address in addresses.items():
                for language in ("en", "ar"):
                    for size, (width, height) in SIZES.items():
                        page.set_viewport_size({"width": width, "height": height})
                        page.goto(f"{address}?lang={language}")
                        picture = folder / f"copy-{whose}.{language}.{size}.png"
                        page.screenshot(path=picture, full_page=True)
            browser.close()


if __name__ == "__main__":
    main()
