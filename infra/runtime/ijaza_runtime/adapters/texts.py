"""Text of records that stands for bytes: Kafka's keys and headers need not be UTF-8.

Such bytes stand in a text as lone surrogates (Python's `surrogateescape`), which no store takes.
"""


def stored_text(text: str) -> str | bytes:
    """The text, or the bytes it stands for where they are no UTF-8."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogateescape")
    return text


def text_of(stored: str | bytes) -> str:
    """The text again."""
    return stored if isinstance(stored, str) else stored.decode(errors="surrogateescape")
