"""Text in both languages, as the API answers it."""

from pydantic import BaseModel

from ijaza_credential.domain.wording import Wording


class Both(BaseModel):
    """The same in English and Arabic."""

    en: str
    ar: str

    @classmethod
    def of(cls, wording: Wording) -> "Both":
        return cls(en=wording.en, ar=wording.ar)
