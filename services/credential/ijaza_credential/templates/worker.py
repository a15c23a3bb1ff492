"""The process that runs one template: `python -I -m ijaza_credential.templates.worker`.

It is told its folder and limits first, gives up what it does not need, and then sets one sheet
after another. Messages are JSON or bytes (`conversation.py`).
"""

import json
import os
import resource
import sys
import warnings
from typing import Any

from ijaza_credential.conversation import receive, send
from ijaza_credential.templates.confine import limit, limit_time, refuse_network


def main() -> None:
    """Serve until the other side hangs up."""
    told, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed here is no answer
    started = json.loads(receive(told))
    refuse_network()
    limit(started["memory"])
    compiler = _compiler(started)
    send(answers, b"{}")
    while asked := receive(told):
        limit_time(started["seconds"])
        head, pages = _set(compiler, json.loads(asked), receive(told))
        send(answers, json.dumps({**head, "pages": len(pages)}).encode())
        for page in pages:
            send(answers, page)


def _compiler(started: dict[str, Any]) -> Any:
    # Loaded behind the filter: every thread of it is confined.
    import typst

    fonts = typst.Fonts(include_system_fonts=False, font_paths=started["fonts"])
    return typst.Compiler(
        root=started["root"],
        font_paths=fonts,
        package_path=os.devnull,
        package_cache_path=os.devnull,
    )


def _set(compiler: Any, asked: dict[str, Any], source: bytes) -> tuple[dict[str, Any], list[bytes]]:
    import typst

    began = _cpu_seconds()
    try:
        with warnings.catch_warnings():
            found, warned = compiler.compile_with_warnings(source, **asked)
    except typst.TypstError as error:
        return {"error": error.diagnostic or str(error)}, []
    head = {
        "warnings": [each.diagnostic for each in warned],
        "seconds": _cpu_seconds() - began,
    }
    return head, [found] if isinstance(found, bytes) else found


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
