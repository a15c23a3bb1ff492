"""Keys in a PKCS#11 device: real ones, in SoftHSM."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pkcs11
import pytest
from ijaza_credential.documents.did import build_did_document
from ijaza_credential.documents.key_references import open_reference
from ijaza_credential.documents.keys import proves
from ijaza_credential.documents.proof import Cryptosuite, sign, verify
from ijaza_runtime.secrets import SecretError
from pkcs11 import Attribute, KeyType

from tests.thirdparty.conftest import not_available
from tests.unit.credential_documents.given import ISSUED_AT

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "2468-1357"
ED25519 = b"\x06\x03\x2b\x65\x70"
"""The curve's object identifier, 1.3.101.112 (RFC 8410), in DER."""


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token of SoftHSM with an Ed25519 key; the reference to it."""
    if not Path(MODULE).is_file():
        not_available(f"{MODULE} (Debian's softhsm2) is not installed")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    # The library reads both when it is first loaded, which is once in a process.
    os.environ["SOFTHSM2_CONF"] = str(settings)
    os.environ["IJAZA_TEST_PIN"] = PIN
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "office",
         "--pin", PIN, "--so-pin", PIN],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    token = pkcs11.lib(MODULE).get_token(token_label="office")
    with token.open(rw=True, user_pin=PIN) as session:
        session.create_domain_parameters(
            KeyType.EC_EDWARDS,
            {Attribute.EC_PARAMS: ED25519},
            local=True,
        ).generate_keypair(label="issuer-k2", store=True)
    return reference()


def reference(where: str = "office", label: str = "issuer-k2", pin: str = "IJAZA_TEST_PIN") -> str:
    """Where a key is, as the folder of keys says it."""
    return f"pkcs11:token={where};object={label}?module-path={MODULE}&pin-source=env:{pin}"


def test_a_key_in_a_device_signs_as_one_in_a_file_does(device: str) -> None:
    """Rule: one interface. A document signed by it verifies; equal messages, equal signatures."""
    key = open_reference(device)

    signed = sign({"issuer": "did:web:a.example"}, key, ISSUED_AT, Cryptosuite.JCS)

    verify(signed, build_did_document("a.example", [key.multibase]), Cryptosuite.JCS)
    assert key.sign(b"twice") == key.sign(b"twice")


def test_threads_sign_by_one_session_without_a_mistake(device: str) -> None:
    """Registers are signed in threads: a session takes one call at a time."""
    key = open_reference(device)
    messages = [f"message {number}".encode() for number in range(200)]

    with ThreadPoolExecutor(8) as pool:
        signatures = list(pool.map(key.sign, messages))

    assert all(
        proves(key.multibase, signature, message)
        for signature, message in zip(signatures, messages, strict=True)
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (reference(where="other"), "other"),
        (reference(label="issuer-k9"), "issuer-k9"),
        (reference(pin="IJAZA_NO_PIN"), "pin-source"),
        ("pkcs11:token=office?module-path=/m.so&pin-source=env:P", "object"),
        (f"pkcs11:token=office;object=k?module-path={MODULE}&pin-value=1", "pin-value"),
        ("pkcs11:token=office;object=k?module-path=/none.so&pin-source=env:IJAZA_TEST_PIN", "none"),
    ],
)  # fmt: skip
def test_what_leads_to_no_key_is_refused_with_what_is_wrong(
    device: str, given: str, why: str
) -> None:
    """Another token, key, PIN or library: a line that names it, and never the PIN."""
    with pytest.raises(SecretError, match=why) as refused:
        open_reference(given)

    assert PIN not in str(refused.value)
