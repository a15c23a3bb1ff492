"""Tokens of passes: what is read of them, and what is refused for which reason."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from ijaza_attendance.passes import qr
from ijaza_attendance.passes.tokens import Claims, PassRefusedError, read, sign, token_hash
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

KEY = OKPKey.generate_key("Ed25519")
OTHER = OKPKey.generate_key("Ed25519")
KEYS = {"k1": str(KEY.as_dict(private=False)["x"])}
NOW = 1_576_400_000
CLAIMS = Claims("mg-4", "5f3c9a61d2e84b07a1c6e0f4b8d97325", "7Q2MZ4T0XK", NOW + 3600, "k1")
TOKEN = sign(CLAIMS, KEY)

claims = st.builds(
    Claims,
    edition=st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True),
    participant=st.from_regex(r"[A-Za-z0-9._~-]{1,64}", fullmatch=True),
    serial=st.from_regex(r"[0-9A-HJKMNP-TV-Z]{1,16}", fullmatch=True),
    expires_at=st.integers(NOW + 1, 2**40 - 1),
    key_id=st.just("k1"),
)


def refused(text: str, keys: dict[str, str] = KEYS, now: int = NOW) -> str:
    """Why a text is no valid pass."""
    with pytest.raises(PassRefusedError) as caught:
        read(text, keys, now)
    return caught.value.code


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def signed(header: dict[str, Any], payload: object, key: OKPKey = KEY) -> str:
    """A token that says anything at all, signed with a key that is known."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signing = f"{encoded(json.dumps(header).encode())}.{encoded(raw)}"
    private = key.get_op_key("sign")
    assert isinstance(private, Ed25519PrivateKey)
    proof = private.sign(signing.encode())
    return f"{signing}.{encoded(proof)}"


SAID = {"e": "mg-4", "p": "p1", "s": "7Q2MZ4T0XK", "x": NOW + 60}


@given(claims=claims)
def test_what_was_signed_is_read(claims: Claims) -> None:
    """Whatever a pass may say; and the same pass is always the same text."""
    token = sign(claims, KEY)

    assert read(token, KEYS, NOW) == claims
    assert sign(claims, KEY) == token
    assert token.startswith("eyJ")
    assert len(token) <= 1024


@given(place=st.integers(0, len(TOKEN) - 1), by=st.characters(codec="utf-8"))
def test_no_character_can_be_changed(place: int, by: str) -> None:
    """In the header, the claims, the signature or the dots, the last bits of each included."""
    altered = TOKEN[:place] + by + TOKEN[place + 1 :]

    if altered != TOKEN:
        assert refused(altered) in {"unreadable", "wrong-key", "bad-signature"}


def test_every_bit_of_every_segment_is_held() -> None:
    """Each character replaced by each of its alphabet: base64's spare bits too."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    lasts = [index - 1 for index, each in enumerate(TOKEN + ".") if each == "."]
    for place in lasts:
        for by in alphabet:
            altered = TOKEN[:place] + by + TOKEN[place + 1 :]
            if altered != TOKEN:
                assert refused(altered) in {"unreadable", "bad-signature"}


@given(st.text(max_size=300))
def test_any_text_is_refused_and_breaks_nothing(text: str) -> None:
    """A door is shown all kinds of codes."""
    assert refused(text) in {"unreadable", "wrong-key"}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_claims_under_a_known_key_break_nothing(said: object) -> None:
    """A key that signs something else signs no pass."""
    assert refused(signed({"alg": "Ed25519", "kid": "k1"}, said)) in {"unreadable", "too-long"}


@pytest.mark.parametrize("left_out", SAID)
def test_a_pass_says_all_of_it(left_out: str) -> None:
    """Each claim is needed, and no other is taken."""
    said = {name: value for name, value in SAID.items() if name != left_out}
    header = {"alg": "Ed25519", "kid": "k1"}

    assert refused(signed(header, said)) == "unreadable"
    assert refused(signed(header, SAID | {"n": "Mariam"})) == "unreadable"
    assert read(signed(header, SAID), KEYS, NOW).participant == "p1"


@pytest.mark.parametrize("expires_at", [True, 1.5, "1600000000", -1, 2**63, None])
def test_an_expiry_is_a_number_of_seconds(expires_at: object) -> None:
    """Nothing that only looks like one."""
    said = SAID | {"x": expires_at}

    assert refused(signed({"alg": "Ed25519", "kid": "k1"}, said)) == "unreadable"


def test_a_foreign_key_proves_nothing() -> None:
    """Neither under a name of its own nor under one that is known."""
    assert refused(sign(Claims("mg-4", "p1", "7Q", NOW + 60, "k2"), OTHER)) == "wrong-key"
    assert refused(sign(CLAIMS, OTHER)) == "bad-signature"


def test_a_key_that_is_not_valid_any_more_proves_nothing() -> None:
    """A retired key is not among those that a door has."""
    assert refused(TOKEN, {}) == "wrong-key"


def test_an_expired_pass_is_refused_to_the_second() -> None:
    """Valid in the second before, not in the one that it names."""
    assert read(TOKEN, KEYS, CLAIMS.expires_at - 1) == CLAIMS
    assert refused(TOKEN, now=CLAIMS.expires_at) == "expired"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "k1"},
        {"alg": "HS256", "kid": "k1"},
        {"alg": "EdDSA", "kid": "k1"},
        {"alg": "Ed25519"},
        {"alg": "Ed25519", "kid": None},
        {"alg": "Ed25519", "kid": ["k1"]},
        {"alg": "Ed25519", "kid": "../k1"},
        {"alg": "Ed25519", "kid": "k1", "crit": ["b64"], "b64": False},
        {"alg": "Ed25519", "kid": "k1", "jwk": {"kty": "OKP"}},
    ],
)
def test_no_other_algorithm_or_header_is_taken(header: dict[str, Any]) -> None:
    """Even if the signature is right: what the header says is never obeyed."""
    assert refused(signed(header, SAID)) == "unreadable"


def test_a_token_without_a_signature_is_refused() -> None:
    """`alg: none` as the books of attacks have it."""
    header = encoded(b'{"alg":"none","kid":"k1"}')
    payload = TOKEN.split(".")[1]

    assert refused(f"{header}.{payload}.") == "unreadable"
    assert refused(f"{TOKEN.rpartition('.')[0]}.") == "unreadable"


def test_the_public_key_is_no_secret_of_hs256() -> None:
    """The other attack of the books: a MAC made with the key that everybody knows."""
    secret = OctKey.import_key(urlsafe_b64decode(KEYS["k1"] + "="))
    forged = jws.serialize_compact(
        {"alg": "HS256", "kid": "k1"}, json.dumps(SAID), secret, ["HS256"]
    )

    assert refused(forged) == "unreadable"


def test_a_text_of_10_kb_is_refused_unread() -> None:
    """Whatever it holds, even a pass."""
    assert refused("x" * 10_240) == "too-long"
    assert refused(TOKEN + "A" * 1024) == "too-long"
    assert refused("." * 1024) == "unreadable"


def test_a_hash_tells_a_token_from_every_other() -> None:
    """It is recorded instead of the token."""
    assert len(token_hash(TOKEN)) == 32
    assert token_hash(TOKEN) != token_hash(TOKEN[:-1])


def test_the_longest_pass_is_read_at_arms_length() -> None:
    """Version 12 with the longest edition id and the last key; more modules would be too small."""
    longest = Claims("x" * 40, "f" * 32, "Z" * 10, 9_999_999_999, "k999")

    assert qr.version(sign(longest, KEY)) <= 12
    assert qr.version(TOKEN) <= 11
