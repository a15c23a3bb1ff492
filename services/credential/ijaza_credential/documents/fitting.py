"""How tall an edition's pages are, apart from the award: asked once for all, not for each.

To find the size in which it fits, a page would be set two or three times; what is the same for all
graduates is the larger part of it.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

LONGEST_HOURS = 10
"""Characters that fit on a line of the column for hours, whatever they are."""
_WIDEST, _NARROWEST = "W", "J"
_TEMPLATES = Path(__file__).parent / "template"


def rest_of(page: Mapping[str, Any], template: str, fonts: typst.Fonts) -> Sequence[float] | None:
    """The heights that the template's `rest-of` tells of a page, in points.

    `page` is what the template is given. None where they are not certain: then the page is to be
    measured whole. Pages that differ in their award, hours, serial and address alone have the same
    heights, which are found once.
    """
    hours = [text for module in page["modules"] for text in module["hours"].values()]
    if any(len(text) > LONGEST_HOURS for text in hours):
        return None
    widest, narrowest = (
        _heights(json.dumps(_in_place_of(page, letter), ensure_ascii=False), template, fonts)
        for letter in (_WIDEST, _NARROWEST)
    )
    # Beside a serial and an address of any width between these two, lines break alike.
    return widest if widest == narrowest else None


def _in_place_of(page: Mapping[str, Any], letter: str) -> dict[str, Any]:
    """A page that is the same for each graduate; its lines are as high as those of the other."""
    serial = "".join(each if each == "-" else letter for each in page["serial"])
    line = {"en": "0", "ar": "0"}
    nobody = {"en": "", "ar": ""}
    return {
        **page,
        "award": {**page["award"], "holder": nobody},
        "modules": [{**module, "hours": line} for module in page["modules"]],
        "serial": serial,
        "url": page["url"].replace(page["serial"], serial),
        "qr": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    }


@lru_cache(maxsize=128)
def _heights(page: str, template: str, fonts: typst.Fonts) -> tuple[float, ...] | None:
    literal = page.replace("\\", "\\\\").replace('"', '\\"')
    source = f'#import "{template}": rest-of\n#rest-of(json(bytes("{literal}")))\n'
    try:
        found = typst.query(  # type: ignore[type-var]  # the stub wants input and root of one type
            source.encode(), "<rest>", "value", one=True, root=_TEMPLATES, font_paths=fonts
        )
    except typst.TypstError:
        return None  # what cannot be drawn is told when the page itself is printed
    return tuple(json.loads(found))
