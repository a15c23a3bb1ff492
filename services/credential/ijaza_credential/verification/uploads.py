"""Taking a file from a form: in memory alone, and no more of it than is looked at."""

from fastapi import Request
from ijaza_runtime.web.app import LARGEST_BODY
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

FIELD = "file"


async def uploaded(request: Request) -> bytes:
    """The bytes of the file in a form, or of the body if it is one of our files itself.

    Nothing where a form has no file or cannot be read. The size of every body is bounded.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await request.body()
    parser = MultiPartParser(
        request.headers, request.stream(), max_files=1, max_fields=1, max_part_size=1024
    )
    # What is spooled beyond this goes to a file on the disk, where nobody's certificate belongs.
    parser.spool_max_size = LARGEST_BODY + 1
    try:
        form = await parser.parse()
    except MultiPartException:
        return b""
    try:
        sent = form.get(FIELD)
        return await sent.read() if isinstance(sent, UploadFile) else b""
    finally:
        await form.close()
