"""What a template is given for one certificate, and what has to come back.

The document's title, date and attached credential are ours: no template can leave them out or put
others there. It is given the page's words alone.
"""

import io
import json
from collections.abc import Mapping
from typing import Any

from pypdf import PdfReader

from ijaza_credential.documents.attachment import ATTACHMENT
from ijaza_credential.documents.pdf import data_of, literal
from ijaza_credential.documents.subject import CertificateFacts
from ijaza_credential.templates.pack import ENTRY
from ijaza_credential.templates.sandbox import TemplateError

_SOURCE = """\
#import "/{entry}": certificate
#let data = json(bytes({data}))
#let part(from, to) = int(data.issued_at.slice(from, to))
#set document(
  title: data.page.title.en + " – " + data.page.title.ar,
  author: data.page.issuer.en,
  date: datetime(
    year: part(0, 4), month: part(5, 7), day: part(8, 10),
    hour: part(11, 13), minute: part(14, 16), second: part(17, 19),
  ),
)
#set text(lang: "en", hyphenate: false)
#pdf.attach(
  data.attachment.name,
  bytes({credential}),
  relationship: "data",
  mime-type: data.attachment.type,
  description: "The signed credential of this certificate (Open Badges 3.0)",
)
{preview}#certificate(data.page)
"""
_PREVIEW = """\
#set page(foreground: pdf.artifact(rotate(-30deg, text(
  size: 64pt, fill: rgb("#a0000038"), font: ("Libertinus Serif", "Amiri"),
)[PREVIEW · معاينة])))
"""


def page_of(facts: CertificateFacts) -> dict[str, Any]:
    """The words of a certificate's page, as a template is given them."""
    page: dict[str, Any] = data_of(facts)["page"]
    return page


def source_of(
    facts: CertificateFacts,
    credential: bytes,
    *,
    page: Mapping[str, Any] | None = None,
    preview: bool = False,
) -> bytes:
    """The source by which a certificate is set; `page` stands in for the words of the facts."""
    data = data_of(facts)
    if page is not None:
        data["page"] = page
    return _SOURCE.format(
        entry=ENTRY,
        data=literal(json.dumps(data, ensure_ascii=False)),
        credential=literal(credential.decode("utf-8")),
        preview=_PREVIEW if preview else "",
    ).encode()


def check_sheet(pdf: bytes, credential: bytes, pages: int) -> None:
    """Raise `TemplateError` if a PDF has other than so many pages, or another credential."""
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    if len(reader.pages) != pages:
        raise TemplateError(
            f"a certificate has {len(reader.pages)} pages where template.yaml says {pages}: let "
            "the page be set smaller where a name or a list is long"
        )
    attached = [(each.name, bytes(each.content)) for each in reader.attachment_list]
    if attached != [(ATTACHMENT, credential)]:
        raise TemplateError(
            f"a file is attached beside {ATTACHMENT}: a certificate carries its credential alone"
        )
