"""Which key signs, which are listed, and two who rotate at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ijaza_contracts.issuer import SigningKeyAnnounced
from ijaza_credential.documents.key_folder import KeyFolder
from ijaza_credential.signing import KEYS, IssuerKeys
from ijaza_local.operate.signing_keys import Deed, KeyOffice
from ijaza_local.services import NAMES
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Bus, Record
from ijaza_runtime.errors import Conflicting
from ijaza_runtime.outbox import records_of
from ijaza_runtime.references import References
from ijaza_runtime.secrets import SecretError
from ijaza_runtime.service import provision
from structlog.testing import capture_logs

DEED = Deed(actor="staff-1", at=datetime(2020, 6, 1, tzinfo=UTC))


@pytest.fixture
async def bus() -> AsyncIterator[Bus]:
    """A bus with its topics."""
    opened = open_bus("memory://")
    await provision(opened, NAMES, 1)
    yield opened
    await opened.close()


async def keys_of(bus: Bus, folder: Path) -> IssuerKeys:
    """What a process with these files knows by now."""
    keys = IssuerKeys(folder, References(bus, [KEYS]))
    await keys.refresh()
    return keys


async def test_before_a_rotation_the_first_key_signs_and_is_listed(
    bus: Bus, tmp_path: Path
) -> None:
    """Nothing was announced: there is one key, and documents name it by nothing."""
    keys = await keys_of(bus, tmp_path)

    assert keys.signing() is keys.first
    assert keys.listed() == (keys.first.multibase,)
    assert keys.name_of(keys.first) == ""


async def test_the_newest_key_signs_and_older_ones_stay_listed(bus: Bus, tmp_path: Path) -> None:
    """Two rotations: k3 signs, all three are listed, and each is found by its name."""
    office = KeyOffice(bus, tmp_path)
    await office.rotate(DEED)
    await office.rotate(DEED)

    keys = await keys_of(bus, tmp_path)

    shown = await office.listed()
    assert [each.key_id for each in shown] == ["k1", "k2", "k3"]
    assert [each.signs for each in shown] == [False, False, True]
    assert keys.signing().multibase == shown[2].public_key
    assert keys.listed() == tuple(each.public_key for each in shown)
    first = keys.find("")
    assert first is not None
    assert first.multibase == shown[0].public_key


async def test_who_lacks_the_newest_key_signs_with_an_older_one_and_says_so(
    bus: Bus, tmp_path: Path
) -> None:
    """Its file has not come yet: it goes on, lists all, and takes the key up when it is there."""
    office = KeyOffice(bus, tmp_path / "there")
    (tmp_path / "here").mkdir(mode=0o700)
    copy(tmp_path / "there" / "issuer.pem", tmp_path / "here")
    await office.rotate(DEED)
    keys = await keys_of(bus, tmp_path / "here")

    with capture_logs() as logs:
        signed_by = keys.signing()
        keys.signing()

    assert signed_by is keys.first
    assert len(keys.listed()) == 2
    assert [each["event"] for each in logs] == ["newest key missing"]
    copy(tmp_path / "there" / "issuer-k2.pem", tmp_path / "here")
    assert keys.signing() is not signed_by


async def test_who_has_none_of_the_announced_keys_signs_nothing(bus: Bus, tmp_path: Path) -> None:
    """A new folder makes a key that nobody announced: it must not sign."""
    await KeyOffice(bus, tmp_path / "there").rotate(DEED)
    keys = await keys_of(bus, tmp_path / "new")

    with pytest.raises(SecretError, match="it needs k2, k1"):
        keys.signing()


async def test_two_who_rotate_at_once_announce_one_key(bus: Bus, tmp_path: Path) -> None:
    """They share the folder: one file is made, and both are answered with it."""
    KeyFolder(tmp_path)
    offices = [KeyOffice(bus, tmp_path) for _ in range(8)]

    rotated = await asyncio.gather(*(office.rotate(DEED) for office in offices))

    assert {(each.key_id, each.public_key) for each in rotated} == {("k2", rotated[0].public_key)}
    assert [each.key_id for each in await offices[0].listed()] == ["k1", "k2"]


async def test_of_two_keys_under_one_id_the_first_on_the_topic_stands(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their folders differ: all processes agree on one, and the other is told."""
    here, there = KeyOffice(bus, tmp_path / "here"), KeyFolder(tmp_path / "there")
    (tmp_path / "here").mkdir(mode=0o700, exist_ok=True)
    await here.listed()
    other = there.add(2)
    first = SigningKeyAnnounced(key_id="k1", at=DEED.at, public_key=there.first.multibase)
    second = SigningKeyAnnounced(key_id="k2", at=DEED.at, public_key=other.multibase)

    # Between its look and its announcement, somebody else's comes.
    async def published_first(records: Sequence[Record]) -> None:
        await publish([*records_of([first, second]), *records])

    publish = bus.publish
    monkeypatch.setattr(bus, "publish", published_first)

    with pytest.raises(Conflicting, match="k2"):
        await here.rotate(DEED)


async def test_a_retired_key_signs_no_more_and_a_compromised_one_is_not_listed(
    bus: Bus, tmp_path: Path
) -> None:
    """The last key cannot be ended; compromised is for ever."""
    office = KeyOffice(bus, tmp_path)
    await office.rotate(DEED)
    await office.rotate(DEED)

    await office.retire("k3", DEED, compromised=False)
    retired = await keys_of(bus, tmp_path)
    await office.retire("k3", DEED, compromised=True)
    await office.retire("k3", DEED, compromised=False)
    compromised = await keys_of(bus, tmp_path)
    await office.retire("k1", DEED, compromised=False)

    assert len(retired.listed()) == 3
    assert retired.signing().multibase == retired.announced()[1].public_key
    assert len(compromised.listed()) == 2
    assert len(compromised.ever()) == 3
    with pytest.raises(Conflicting, match="rotate"):
        await office.retire("k2", DEED, compromised=False)


def copy(file: Path, folder: Path) -> None:
    """Hand a key's file to another process."""
    target = folder / file.name
    target.touch(mode=0o600)
    target.write_bytes(file.read_bytes())
