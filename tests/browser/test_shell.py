"""The files of the page: how they are sent, where they come from, and who can use them."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.browser.serving import Served
from tests.thirdparty.conftest import ROOT

KIOSK = ROOT / "services" / "attendance" / "ijaza_attendance" / "kiosk"
VENDORED = {
    "jsQR.js": "jsqr/dist/jsQR.js",
    "jsQR.LICENSE": "jsqr/LICENSE",
    "idb.js": "idb/build/index.js",
    "idb.LICENSE": "idb/LICENSE",
    "noble-ed25519.js": "@noble/ed25519/index.js",
    "noble-ed25519.LICENSE": "@noble/ed25519/LICENSE",
    **{
        f"plex/{script}-{weight}.woff2": "@fontsource/ibm-plex-sans-arabic/files/"
        f"ibm-plex-sans-arabic-{script}-{weight}-normal.woff2"
        for script in ("arabic", "latin")
        for weight in (400, 600)
    },
    "plex/LICENSE": "@fontsource/ibm-plex-sans-arabic/LICENSE",
}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def test_what_others_wrote_is_unchanged(tools: Path) -> None:
    """Every vendored file equals the one in its package, of the version in the lock file."""
    for ours, theirs in VENDORED.items():
        assert (KIOSK / "vendor" / ours).read_bytes() == (tools / theirs).read_bytes(), ours


def test_the_page_may_load_from_its_own_server_alone(door: Served) -> None:
    """The policy names no other host, no inline script and no eval."""
    policy = httpx.get(f"{door.url}/kiosk").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_file_is_sent_again_only_when_it_changed(door: Served) -> None:
    """The ETag gives 304, and the service worker may have the page in its scope."""
    first = httpx.get(f"{door.url}/kiosk/sw.js")
    again = httpx.get(f"{door.url}/kiosk/sw.js", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["service-worker-allowed"] == "/kiosk"
    assert first.headers["content-type"].startswith("text/javascript")
    assert again.status_code == 304


def test_every_file_that_is_named_is_stored_on_the_device(door: Served) -> None:
    """What the page, its modules and its style ask for is in the service worker's list."""
    worker = httpx.get(f"{door.url}/kiosk/sw.js").text
    listed = {each["path"] for each in json.loads(re.search(r"SHELL = (.*);", worker)[1])["files"]}  # type: ignore[index]  # it is there
    sources = [*KIOSK.glob("*.js"), *KIOSK.glob("screens/*.js"), *KIOSK.glob("*.html")]
    named = set(re.findall(r'"(/kiosk/[^"]+)"', "".join(each.read_text() for each in sources)))

    assert named - listed - {"/kiosk/sw.js"} == set()
    assert not [path for path in listed if httpx.get(door.url + path).status_code != 200]


@pytest.mark.parametrize("name", ["../main.py", "vendor/README.md", "nothing.js", "vendor"])
def test_nothing_but_the_page_is_served(door: Served, name: str) -> None:
    """Other files of the package, folders and paths upwards are not found."""
    assert httpx.get(f"{door.url}/kiosk/{name}").status_code == 404


def test_both_languages_say_everything() -> None:
    """Each word that one language has, the other has too, and no word is left unused."""
    keys = [
        set(re.findall(r'^  "([\w.-]+)":', (KIOSK / f"texts.{each}.js").read_text(), re.M))
        for each in ("en", "ar")
    ]
    assert keys[0] == keys[1]
