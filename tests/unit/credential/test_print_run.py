"""The print run in a folder: whole, in order, gone on with where it stood, right after changes."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from ijaza_contracts.topics import PEOPLE
from ijaza_credential import volumes
from ijaza_credential.main import Desk
from ijaza_credential.volumes import Volume, files_of
from ijaza_local.operate import print_run
from ijaza_local.operate.print_run import Printed, Wish, print_edition
from ijaza_runtime.access import Role
from ijaza_runtime.bus import Record
from ijaza_runtime.errors import Conflicting, NotKnown
from ijaza_runtime.store import Store
from pypdf import PdfReader

from tests.unit.attendance.office import Office
from tests.unit.credential.given import EDITION
from tests.unit.credential.graduates import answer, graduated, named, person, told

NAMES = {"p1": "Zaynab Ali", "p2": "Amina Omar", "p3": "Basma Said"}


@pytest.fixture
async def graduates(office: Office[Desk], monkeypatch: pytest.MonkeyPatch) -> Office[Desk]:
    """Three hold a certificate; two go into a volume."""
    monkeypatch.setattr(volumes, "VOLUME", 2)
    await graduated(office, NAMES)
    return office


@pytest.fixture
def press(tmp_path: Path) -> Path:
    """A folder for the files, which is made when they are."""
    return tmp_path / "press"


async def printed(office: Office[Desk], to: Path, *, one: bool = False) -> Printed:
    """What the print run came to."""
    wish = Wish(edition=EDITION, to=to, in_volumes=not one)
    return await print_edition(office.parts.store, wish, lambda what, count: None)


def names_in(files: Sequence[Path], known: Sequence[str] = tuple(NAMES.values())) -> list[str]:
    """Whose certificate each page is, in order."""
    texts = [page.extract_text() for each in files for page in PdfReader(each).pages]
    return [next(name for name in known if name in text) for text in texts]


def listed(folder: Path) -> list[str]:
    """The names of all that lies there, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


def put(folder: Path, name: str, content: bytes) -> Path:
    """A file of somebody else's."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


async def test_all_pages_lie_in_volumes_in_order(graduates: Office[Desk], press: Path) -> None:
    """And nothing else lies there."""
    came = await printed(graduates, press)

    assert came[:2] == (3, 3)
    assert names_in(came.files) == sorted(NAMES.values())
    assert listed(press) == ["print-001.pdf", "print-002.pdf"]


async def test_one_file_has_all_pages(graduates: Office[Desk], press: Path) -> None:
    """In the same order, and nothing else lies there."""
    came = await printed(graduates, press, one=True)

    assert came[:2] == (3, 3)
    assert names_in(came.files) == sorted(NAMES.values())
    assert listed(press) == ["print.pdf"]


@pytest.mark.parametrize("one", [False, True])
async def test_what_is_printed_stays_as_it_is(
    graduates: Office[Desk], press: Path, one: bool
) -> None:
    """The same command again writes nothing."""
    first = await printed(graduates, press, one=one)
    written = [path.stat().st_mtime_ns for path in first.files]

    again = await printed(graduates, press, one=one)

    assert again == first
    assert [path.stat().st_mtime_ns for path in again.files] == written


@pytest.mark.slow
async def test_a_run_that_was_ended_goes_on(
    graduates: Office[Desk], press: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was bound by then is not bound again."""
    numbers: list[int] = []

    async def ended(store: Store, volume: Volume) -> list[bytes]:
        numbers.append(volume.number)
        if len(numbers) == 2:
            raise KeyboardInterrupt
        return await files_of(store, volume)

    monkeypatch.setattr(print_run, "files_of", ended)
    with pytest.raises(KeyboardInterrupt):
        await printed(graduates, press)
    left = listed(press)
    came = await printed(graduates, press)

    assert left == ["print-001.pdf"]
    assert numbers == [1, 2, 2]
    assert names_in(came.files) == sorted(NAMES.values())
    assert listed(press) == ["print-001.pdf", "print-002.pdf"]


async def test_one_file_takes_the_place_of_volumes(graduates: Office[Desk], press: Path) -> None:
    """Nobody takes both to the printer's."""
    await printed(graduates, press)

    await printed(graduates, press, one=True)

    assert listed(press) == ["print.pdf"]


@pytest.mark.slow
@pytest.mark.parametrize("one", [False, True])
async def test_a_corrected_name_is_printed_in_its_new_place(
    graduates: Office[Desk], press: Path, one: bool
) -> None:
    """Files of before are made again where they are others by now."""
    await printed(graduates, press, one=one)
    await told(graduates, named("p1", "Abla Ali", 2))

    came = await printed(graduates, press, one=one)

    now = ["Abla Ali", "Amina Omar", "Basma Said"]
    assert names_in(came.files, now) == now


async def test_volumes_that_are_too_many_are_removed(graduates: Office[Desk], press: Path) -> None:
    """Nobody prints a page of a certificate that was revoked, or of somebody erased."""
    await printed(graduates, press)
    put(press, "notes.txt", b"of the office")
    revocation = {"reason": "identity-in-doubt"}
    answer(await graduates.post(Role.OFFICE, f"{person('p1')}/revocation", revocation))
    await graduates.bus.publish([Record(PEOPLE.name, "p2", None, {})])
    await graduates.drain()

    came = await printed(graduates, press)

    assert names_in(came.files) == ["Basma Said"]
    assert listed(press) == ["notes.txt", "print-001.pdf"]


async def test_a_file_of_somebody_elses_is_not_written_over(
    graduates: Office[Desk], press: Path
) -> None:
    """Though it has the name of a volume."""
    foreign = put(press, "print-001.pdf", b"the minutes of a meeting")

    with pytest.raises(Conflicting, match=r"print-001\.pdf was not made by a print run"):
        await printed(graduates, press)

    assert foreign.read_bytes() == b"the minutes of a meeting"


async def test_a_volume_waits_for_all_its_documents(graduates: Office[Desk], press: Path) -> None:
    """Nobody counts pages at the printer's."""
    state = await graduates.service.desk.commands.read("p3")
    assert state is not None
    await graduates.parts.store.delete("documents", [state.issued[1].credential_id])

    with pytest.raises(Conflicting, match="of 2 certificates of this volume 1 are made so far"):
        await printed(graduates, press)


async def test_an_edition_without_certificates_has_no_print_run(
    office: Office[Desk], press: Path
) -> None:
    """No folder is made for it."""
    before = listed(press.parent)

    with pytest.raises(NotKnown, match="no valid certificate of edition"):
        await printed(office, press)

    assert listed(press.parent) == before
