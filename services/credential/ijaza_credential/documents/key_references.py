"""Keys that lie elsewhere than in the folder of keys: a line of text says where.

| reference | where the key is |
|---|---|
| `env:NAME` | PEM in an environment variable |
| `file:/path` | PEM in a file, mounted by whoever runs the service |
| `pkcs11:token=T;object=O?module-path=M&pin-source=S` | in a PKCS#11 device (RFC 7512) |
| `SCHEME:…` | wherever the entry point `SCHEME` of the group `ijaza.signing_keys` finds it |

An entry point is a function from the whole reference to an `IssuerKey`: by it a key of a cloud's
key service is reached, without that cloud's library being a dependency of this one.
"""

import os
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

from ijaza_runtime.secrets import SecretError

from .keys import IssuerKey, key_of_pem

GROUP = "ijaza.signing_keys"
"""The group of entry points that open references of other schemes."""

_LONGEST = 4_096


def open_reference(reference: str) -> IssuerKey:
    """Return the key that a reference leads to.

    Raises:
        SecretError: the reference is of no known form, or leads to no key that can be used.
    """
    reference = reference.strip()
    scheme, colon, rest = reference.partition(":")
    if not colon or not rest or len(reference) > _LONGEST:
        raise SecretError(
            "a reference to a key is a line such as env:NAME, file:/path or pkcs11:token=…"
        )
    opener = _OPENERS.get(scheme) or _added(scheme)
    return opener(reference)


def _from_variable(reference: str) -> IssuerKey:
    name = reference.removeprefix("env:")
    pem = os.environ.get(name, "")
    if not pem:
        raise SecretError(f"the variable {name} is not set: expected a PEM text with the key")
    return key_of_pem(pem.encode(), f"the variable {name}")


def _from_file(reference: str) -> IssuerKey:
    """A mounted file belongs to whoever mounted it: its mode is theirs, unlike that of ours."""
    path = Path(reference.removeprefix("file:"))
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise SecretError(f"{path} cannot be read: {error.strerror}") from error
    return key_of_pem(pem, str(path))


def _from_device(reference: str) -> IssuerKey:
    # Only who has such a device needs the library.
    from .key_device import open_device_key

    return open_device_key(reference)


def _added(scheme: str) -> Callable[[str], IssuerKey]:
    found = [each for each in entry_points(group=GROUP) if each.name == scheme]
    if not found:
        known = ", ".join((*_OPENERS, *(each.name for each in entry_points(group=GROUP))))
        raise SecretError(f"nothing opens keys of {scheme!r} here: expected one of {known}")
    opener: Callable[[str], IssuerKey] = found[0].load()
    return opener


_OPENERS: dict[str, Callable[[str], IssuerKey]] = {
    "env": _from_variable,
    "file": _from_file,
    "pkcs11": _from_device,
}
