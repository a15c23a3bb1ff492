"""A template is a program of somebody else's: what it cannot do, whatever it tries."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ijaza_credential.templates import sandbox as module
from ijaza_credential.templates.pack import Pack
from ijaza_credential.templates.samples import CREDENTIAL, USUAL
from ijaza_credential.templates.sandbox import Limits, Sandbox, TemplateError
from ijaza_credential.templates.sheet import source_of

from tests.unit.credential_templates.given import writing

SOURCE = source_of(USUAL, CREDENTIAL)
READS = "reads a file that is not in the pack"
PACKAGE = "imports a package"
ENDLESS = "let n = 0; for a in range(30000) { for b in range(30000) { n += b } }; n"


def faults(pack: Pack, limits: Limits = module.LIMITS) -> str:
    """What a template that cannot set a sheet is told."""
    sandbox = Sandbox(pack, limits)
    try:
        with pytest.raises(TemplateError) as error:
            sandbox.pdf(SOURCE)
    finally:
        sandbox.close()
    return str(error.value)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Of a pack that reads what it is told to."""
    opened = Sandbox(writing('if words.title.en == "read" { read(words.issuer.en) }; [x]'))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "source",
    [
        'read("/etc/passwd")',
        'read("../../../../etc/passwd")',
        'read("/proc/self/environ")',
        'image("/../../etc/passwd")',
        'include "/etc/hostname"',
        'import "../template.typ"',
        'plugin("/lib/evil.wasm")',
        'image("https://example.org/logo.png")',
        'bibliography("/etc/passwd")',
        'json("/etc/secret.json")',
    ],
)
def test_no_file_outside_of_the_pack_is_read(source: str) -> None:
    """By whatever function, and by an absolute path or one that leads up."""
    assert READS in faults(writing(source))


def test_a_drawing_reads_no_file_either() -> None:
    """An SVG can name pictures elsewhere: they are not loaded."""
    picture = "<image width='9' height='9' xlink:href='file:///etc/passwd'/>"
    spaces = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'"
    svg = f"<svg {spaces} width='9' height='9'>{picture}</svg>"

    assert READS in faults(writing(f'image(bytes("{svg}"), alt: "x")'))


def test_a_file_of_the_pack_is_read() -> None:
    """Which is what logos and signatures are for."""
    pack = writing('read("note.txt")')
    opened = Sandbox(Pack(pack.manifest, {**pack.files, "note.txt": b"hello"}))

    assert opened.pdf(SOURCE).files[0].startswith(b"%PDF-1.7")
    opened.close()


@pytest.mark.parametrize(
    "source",
    ['import "@pre" + "view/cetz:0.3.1"', 'let p = "@local/" + "own:1.0.0"; import p'],
)
def test_a_package_is_never_fetched(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if its name is put together while it runs, and if a proxy would answer."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        monkeypatch.setattr(module, "_PROXY", f"http://127.0.0.1:{port}")
        listening.setblocking(False)

        assert PACKAGE in faults(writing(source))
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.slow
def test_without_the_filter_the_network_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the test above does see a connection where there is one."""
    unconfined = (
        "from ijaza_credential.templates import worker; "
        "worker.refuse_network = lambda: None; worker.main()"
    )
    started = subprocess.Popen

    def without(command: list[str], **how: Any) -> Any:
        return started([*command[:2], "-c", unconfined], **how)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        monkeypatch.setattr(module, "_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setattr(subprocess, "Popen", without)
        patient = Limits(patience=2.0)

        assert "was stopped" in faults(writing('import "@pre" + "view/cetz:0.3.1"'), patient)
        listening.settimeout(5)
        listening.accept()[0].close()


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    [
        "let n = 0; while n < 1e12 { n += 1 }; n",
        ENDLESS,
    ],
)
def test_a_template_that_never_ends_is_stopped(source: str) -> None:
    """After some seconds of CPU, by the kernel."""
    found = faults(writing(source), Limits(seconds=1, patience=20.0))

    assert "takes more than 1 s" in found or "loop seems to be infinite" in found


@pytest.mark.slow
def test_a_template_that_waits_is_stopped() -> None:
    """A process that says nothing within its patience is killed, whatever it does."""
    assert "is not done after 1 s" in faults(
        writing(ENDLESS),
        Limits(seconds=60, patience=1.0),
    )


def test_a_template_that_fills_the_memory_is_stopped() -> None:
    """Its own process ends; ours does not grow."""
    found = faults(writing('("x" * 900000000, "y" * 900000000).join()'), Limits(memory=1 << 29))

    assert "512 MiB of memory" in found


def test_after_one_that_failed_the_next_is_set(sandbox: Sandbox) -> None:
    """A name that a template cannot set hinders no other, nor does a process that died."""
    with pytest.raises(TemplateError):
        sandbox.pdf(
            source_of(
                USUAL,
                CREDENTIAL,
                page={"title": {"en": "read", "ar": "x"}, "issuer": {"en": "/etc/passwd"}},
            )
        )

    assert sandbox.pdf(SOURCE).files[0].startswith(b"%PDF-1.7")


def test_no_fault_repeats_what_the_certificate_says() -> None:
    """The line at fault is shown by typst; in our own source it has the holder's name."""
    assert USUAL.holder_name_en not in faults(writing("words.award.holder.missing"))


def test_the_process_is_given_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting, address or key of the environment, and no folder of a home."""
    monkeypatch.setenv("IJAZA_BUS_URL", "kafka://secret")

    assert "IJAZA_BUS_URL" not in module._environment()
    assert module._environment()["HOME"] == os.devnull


def test_a_closed_sandbox_leaves_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Neither a process nor the folder that the pack was unpacked to."""
    sandbox.pdf(SOURCE)
    process = sandbox._process
    assert process is not None
    alive = process.end.peek()
    assert alive is not None
    held, folder = alive[2]

    sandbox.close()

    assert held.returncode is not None
    assert not Path(folder.name).exists()
