"""The address by which a certificate is added to a profile on LinkedIn.

It has the form of LinkedIn's own "Add to Profile" (addtoprofile.linkedin.com). LinkedIn decides
what it fills in of it: its help says by now that members enter the values themselves. So the page
shows them as well.
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

ADDRESS = "https://www.linkedin.com/profile/add"


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry under "Licenses & certifications" says. No name of a person is in it."""

    name: str
    organisation: str
    issued_on: date
    credential_id: str
    credential_url: str

    @property
    def address(self) -> str:
        """Where its holder adds it."""
        said = {
            "startTask": "CERTIFICATION_NAME",
            "name": self.name,
            "organizationName": self.organisation,
            "issueYear": self.issued_on.year,
            "issueMonth": self.issued_on.month,
            "certUrl": self.credential_url,
            "certId": self.credential_id,
        }
        return f"{ADDRESS}?{urlencode(said, quote_via=quote)}"
