"""report.html: what a programme office sends to its donors and partners. It counts, and names none.

One file that needs nothing else: no script, no font, no picture from elsewhere.
"""

from .page import render
from .tally import Person

__all__ = ["Person", "render"]
