"""What a kiosk showed, seen from outside of its page: it outlives the page and the browser."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext

_SCRIPT = """{
  let answer = null;
  let count = null;
  const look = () => {
    const shown = document.querySelector(".result");
    if (shown && shown !== answer)
      witnessAnswer(shown.dataset.kind, shown.dataset.scan ?? "");
    answer = shown;
    const unsent = document.querySelector("#unsent")?.dataset.count;
    if (unsent !== undefined && unsent !== count) witnessCount(Number(unsent));
    count = unsent ?? count;
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true });
}"""


@dataclass
class Witness:
    """Every answer as (kind, scan) and every number in the header, in their order."""

    answers: list[tuple[str, str]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Watch the pages that this browser opens from now on."""
        context.expose_function("witnessAnswer", self._answered)
        context.expose_function("witnessCount", self._counted)
        context.add_init_script(_SCRIPT)

    def _answered(self, kind: str, scan: str) -> None:
        self.answers.append((kind, scan))

    def _counted(self, count: int) -> None:
        self.counts.append(count)

    @property
    def scans(self) -> list[str]:
        """The scans that were shown as recorded."""
        return [scan for _, scan in self.answers if scan]
