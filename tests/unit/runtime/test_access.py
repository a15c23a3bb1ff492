"""Access tokens: what they prove, and everything that proves nothing."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st
from ijaza_runtime.access import AccessKeys, Actor, Role, Unauthenticated
from ijaza_runtime.secrets import SecretError

NOW = datetime(2020, 4, 16, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRIVATE = Ed25519PrivateKey.generate()
KEYS = AccessKeys(PRIVATE)

HEADER = {"alg": "Ed25519", "typ": "at+jwt"}
CLAIMS: dict[str, Any] = {
    "iss": "ijaza",
    "aud": "ijaza-services",
    "sub": "staff-7",
    "roles": ["office"],
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + HOUR).timestamp()),
}


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def signed(header: object, claims: object) -> str:
    """A token made by hand with the right key, whatever it says."""
    message = f"{encoded(header)}.{encoded(claims)}"
    signature = base64.urlsafe_b64encode(PRIVATE.sign(message.encode())).rstrip(b"=").decode()
    return f"{message}.{signature}"


def test_a_token_proves_who_it_was_issued_to() -> None:
    """What was issued comes back: the actor's id and every role."""
    token = KEYS.issue("staff-7", {Role.OFFICE, Role.APPROVER}, HOUR, NOW)

    assert KEYS.verify(token, NOW) == Actor("staff-7", frozenset({Role.OFFICE, Role.APPROVER}))


def test_a_hand_made_token_of_the_same_form_is_accepted() -> None:
    """The tables below are about what they change: unchanged, the hand-made token proves."""
    assert KEYS.verify(signed(HEADER, CLAIMS), NOW).id == "staff-7"


@pytest.mark.parametrize(
    ("after", "accepted"),
    [
        (timedelta(seconds=-31), False),
        (timedelta(seconds=-30), True),
        (timedelta(0), True),
        (HOUR + timedelta(seconds=29), True),
        (HOUR + timedelta(seconds=30), False),
    ],
)
def test_a_token_holds_for_its_lifetime_and_half_a_minute(after: timedelta, accepted: bool) -> None:
    """Thirty seconds of leeway for clocks that differ, on both sides, and no more."""
    token = KEYS.issue("staff-7", [Role.DOOR], HOUR, NOW)

    if accepted:
        assert KEYS.verify(token, NOW + after).id == "staff-7"
    else:
        with pytest.raises(Unauthenticated):
            KEYS.verify(token, NOW + after)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "typ": "at+jwt"},
        {"alg": "EdDSA", "typ": "at+jwt"},
        {"alg": "HS256", "typ": "at+jwt"},
        {"alg": "Ed25519", "typ": "JWT"},
        {"alg": "Ed25519"},
        {"typ": "at+jwt"},
        {"alg": "Ed25519", "typ": "at+jwt", "crit": ["exp"]},
        [],
    ],
)
def test_another_kind_of_token_is_refused(header: object) -> None:
    """Only Ed25519 access tokens count, however well the signature fits."""
    with pytest.raises(Unauthenticated):
        KEYS.verify(signed(header, CLAIMS), NOW)


def test_a_token_without_a_signature_is_refused() -> None:
    """`alg: none` with an empty signature, as its attack has it."""
    with pytest.raises(Unauthenticated):
        KEYS.verify(f"{encoded({'alg': 'none', 'typ': 'at+jwt'})}.{encoded(CLAIMS)}.", NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "another-service"},
        {"aud": None},
        {"aud": []},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"roles": None},
        {"roles": "office"},
        {"iat": None},
        {"iat": "today"},
        {"iat": int((NOW + HOUR).timestamp())},
        {"exp": None},
        {"exp": "never"},
        {"exp": True},
        {"exp": float("nan")},
        {"nbf": int((NOW + HOUR).timestamp())},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(change: dict[str, Any]) -> None:
    """Each claim is checked, and a missing one is a wrong one."""
    claims = {name: value for name, value in (CLAIMS | change).items() if value is not None}

    with pytest.raises(Unauthenticated):
        KEYS.verify(signed(HEADER, claims), NOW)


def test_roles_of_a_newer_version_are_left_out() -> None:
    """A token with an unknown role still proves the known ones, and no more."""
    token = signed(HEADER, CLAIMS | {"roles": ["janitor", "auditor", 3, ["office"]]})

    assert KEYS.verify(token, NOW).roles == {Role.AUDITOR}


def test_a_token_of_another_key_is_refused() -> None:
    """Another installation's token proves nothing here."""
    other = AccessKeys(Ed25519PrivateKey.generate())

    with pytest.raises(Unauthenticated):
        KEYS.verify(other.issue("staff-7", [Role.OFFICE], HOUR, NOW), NOW)


@given(position=st.integers(0, 10_000), character=st.sampled_from("Aa0_-.=\x00é"))
def test_a_changed_character_is_refused(position: int, character: str) -> None:
    """No character of a token can be replaced by another."""
    token = KEYS.issue("staff-7", [Role.OFFICE], HOUR, NOW)
    # The last character of 64 bytes in base64 has four bits that carry nothing.
    index = position % (len(token) - 1)
    changed = token[:index] + character + token[index + 1 :]

    if changed != token:
        with pytest.raises(Unauthenticated):
            KEYS.verify(changed, NOW)


@given(st.text() | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}"))
def test_any_text_is_refused_in_the_same_way(text: str) -> None:
    """Whatever is sent, the answer is a refusal that repeats nothing of it."""
    with pytest.raises(Unauthenticated) as refused:
        KEYS.verify(text, NOW)

    assert len(text) < 5 or text not in refused.value.detail


def test_a_very_long_token_is_not_looked_at() -> None:
    """Beyond 4096 characters nothing is decoded."""
    with pytest.raises(Unauthenticated, match="longer than 4096"):
        KEYS.verify("a" * 4097, NOW)


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    """A token outlives the process that gave it; the file is PKCS #8 with mode 0600."""
    token = AccessKeys.load_or_create(tmp_path).issue("staff-7", [Role.OFFICE], HOUR, NOW)

    assert AccessKeys.load_or_create(tmp_path).verify(token, NOW).id == "staff-7"
    assert (tmp_path / "access.pem").stat().st_mode & 0o777 == 0o600
    pem = (tmp_path / "access.pem").read_bytes()
    assert isinstance(load_pem_private_key(pem, None), Ed25519PrivateKey)


@pytest.mark.parametrize("content", [b"", b"no PEM", b"-----BEGIN PRIVATE KEY-----\nAA==\n"])
def test_a_damaged_key_file_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    """The error names the file and what to do; nothing is written over it."""
    path = tmp_path / "access.pem"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(SecretError, match=r"access\.pem.*restore it from a backup"):
        AccessKeys.load_or_create(tmp_path)

    assert path.read_bytes() == content
