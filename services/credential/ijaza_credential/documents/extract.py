"""Taking the attached credential out of a certificate's PDF, whoever made that file."""

import io

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError

from .attachment import ATTACHMENT

MAX_PDF_BYTES = 16 << 20
_MAX_ATTACHMENTS = 8


class ExtractionError(ValueError):
    """A file yields no credential; the message says why."""


def attached_credential(pdf: bytes) -> bytes:
    """Return the credential that is attached to a certificate's PDF, byte for byte.

    Raises:
        ExtractionError: more than 16 MiB; no PDF, a damaged or an encrypted one; no attachment
            `credential.json`, or several.
    """
    if len(pdf) > MAX_PDF_BYTES:
        raise ExtractionError(f"the PDF has {len(pdf)} bytes, more than {MAX_PDF_BYTES}")
    if not pdf.startswith(b"%PDF-"):
        raise ExtractionError("the file is no PDF: it does not begin with %PDF-")
    try:
        found = _attachments(pdf)
    except ExtractionError:
        raise
    except FileNotDecryptedError as error:
        raise ExtractionError("the PDF is encrypted") from error
    # A damaged file makes pypdf fail in many ways that its documentation does not list.
    except Exception as error:
        raise ExtractionError(f"the PDF is damaged: {type(error).__name__}: {error}") from error
    if len(found) != 1:
        raise ExtractionError(
            f"the PDF has {len(found)} attachments named {ATTACHMENT}, where one is expected: "
            "it is no certificate of Ijaza, or was saved by a program that drops attachments"
        )
    return found[0]


def _attachments(pdf: bytes) -> list[bytes]:
    # Strict, for a certificate is a well-formed file, and a lenient reader would guess.
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    found: list[bytes] = []
    for number, attachment in enumerate(reader.attachment_list):
        if number >= _MAX_ATTACHMENTS:
            raise ExtractionError(f"the PDF has more than {_MAX_ATTACHMENTS} attachments")
        if attachment.name == ATTACHMENT:
            found.append(bytes(attachment.content))
    return found
