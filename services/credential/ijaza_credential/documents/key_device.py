"""Keys in a PKCS#11 device: a hardware module, a smart card, SoftHSM.

The private key never leaves the device; each signature is a call to it (CKM_EDDSA, PKCS#11 3.0).
"""

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import pkcs11
from ijaza_runtime.secrets import SecretError
from pkcs11 import Attribute, Mechanism, ObjectClass
from pkcs11.exceptions import PKCS11Error

from .keys import IssuerKey

_KEY_BYTES = 32
_NEEDS = "expected pkcs11:token=T;object=O?module-path=/path/of/library&pin-source=env:NAME"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a key is, as a reference says it (RFC 7512)."""

    module: str
    token: str
    label: str
    pin_source: str


class _Token:
    """One token of a device, logged in once for all its keys: a login is a whole process's.

    A session takes one call at a time.
    """

    def __init__(self, place: _Place) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._session: pkcs11.Session | None = None

    def public_key(self, label: str) -> bytes:
        """The 32 bytes of a key's public half."""
        with self._lock:
            key = self._opened().get_key(ObjectClass.PUBLIC_KEY, label=label)
            return _raw_point(bytes(key[Attribute.EC_POINT]))

    def sign(self, label: str, message: bytes) -> bytes:
        """A signature. Raises `SecretError` if the device gives none."""
        with self._lock:
            try:
                return self._signature(label, message)
            except PKCS11Error:
                # A device that was restarted has ended every session: one more try, in a new one.
                self._close()
            try:
                return self._signature(label, message)
            except PKCS11Error as error:
                raise _unusable(self._place, error) from error

    def _signature(self, label: str, message: bytes) -> bytes:
        # What a key can do depends on the device, and is told by no type.
        key: Any = self._opened().get_key(ObjectClass.PRIVATE_KEY, label=label)
        return bytes(key.sign(message, mechanism=Mechanism.EDDSA))

    def _opened(self) -> pkcs11.Session:
        if self._session is None:
            token = pkcs11.lib(self._place.module).get_token(token_label=self._place.token)
            self._session = token.open(user_pin=_pin(self._place.pin_source))
        return self._session

    def _close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(PKCS11Error):
                session.close()


_TOKENS: dict[tuple[str, str], _Token] = {}


def open_device_key(reference: str) -> IssuerKey:
    """Return the key that a `pkcs11:` reference names.

    Raises:
        SecretError: the reference lacks a part, or the device, the PIN or the key cannot be used.
    """
    place = _place(reference)
    _pin(place.pin_source)
    token = _TOKENS.setdefault((place.module, place.token), _Token(place))
    try:
        public_key = token.public_key(place.label)
        where = f"{place.label} of token {place.token}"
        return IssuerKey.held_elsewhere(public_key, partial(token.sign, place.label), where)
    except (PKCS11Error, OSError, RuntimeError) as error:
        raise _unusable(place, error) from error


def _place(reference: str) -> _Place:
    path, _, query = reference.removeprefix("pkcs11:").partition("?")
    named = dict(part.partition("=")[::2] for part in path.split(";"))
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    if "pin-value" in asked:
        raise SecretError("pin-value: a PIN is not written into a reference; give pin-source")
    try:
        return _Place(
            module=asked["module-path"],
            token=unquote(named["token"]),
            label=unquote(named["object"]),
            pin_source=asked["pin-source"],
        )
    except KeyError as missing:
        raise SecretError(f"the reference lacks {missing}: {_NEEDS}") from None


def _pin(source: str) -> str:
    scheme, _, rest = source.partition(":")
    if scheme == "env" and rest in os.environ:
        return os.environ[rest]
    if scheme == "file" and Path(rest).is_file():
        return Path(rest).read_text().strip()
    raise SecretError(f"pin-source {source}: expected env:NAME or file:/path of what is there")


def _raw_point(point: bytes) -> bytes:
    """The 32 bytes of a public key: devices give them bare, or as DER's OCTET or BIT STRING."""
    if len(point) == _KEY_BYTES:
        return point
    for lead in (b"\x04\x20", b"\x03\x21\x00"):
        if point.startswith(lead) and len(point) == len(lead) + _KEY_BYTES:
            return point[len(lead) :]
    raise SecretError("the device's public key is no Ed25519 key: expected 32 bytes")


def _unusable(place: _Place, error: Exception) -> SecretError:
    why = str(error) or type(error).__name__
    return SecretError(
        f"the key {place.label} of token {place.token} cannot be used by {place.module}: {why}"
    )
