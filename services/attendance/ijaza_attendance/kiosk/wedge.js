/**
 * Hand-held scanners that type: what is typed outside of a field, up to Enter.
 *
 * Such a scanner presses the keys of an English keyboard. On a tablet that is set to Arabic the
 * characters come out Arabic, so keys are read by their place as well, and the reading that looks
 * like a pass is taken. A person may type a badge number in the same way.
 */

const FORGET = 4_000;
const SHIFTED = { Minus: ["-", "_"], Period: [".", ">"], Slash: ["/", "?"], Equal: ["=", "+"] };

function byPlace({ code, shiftKey }) {
  if (/^Key[A-Z]$/.test(code)) return shiftKey ? code[3] : code[3].toLowerCase();
  if (/^(Digit|Numpad)\d$/.test(code)) return code.at(-1);
  return SHIFTED[code]?.[shiftKey ? 1 : 0] ?? "";
}

const isPass = (text) => text.startsWith("eyJ");

const isField = (target) => target instanceof Element && target.closest("input, textarea, select");

/** Call `typed(text)` at each Enter, and `typing(text)` as characters come. */
export function listenToKeys({ typed, typing, active }) {
  let written = "";
  let placed = "";
  let timer = 0;
  const reset = () => {
    written = placed = "";
    typing("");
  };
  const reading = () => (isPass(placed) && !isPass(written) ? placed : written);

  document.addEventListener(
    "keydown",
    (event) => {
      if (!active() || isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" && (written || placed)) {
        event.preventDefault();
        event.stopPropagation();
        const text = reading().trim();
        reset();
        if (text) typed(text);
        return;
      }
      // A space on a focused button presses it; a name in the making has letters before it.
      if (event.key.length !== 1 || (event.key === " " && !written)) return;
      event.preventDefault();
      written += event.key;
      placed += byPlace(event);
      typing(reading());
      clearTimeout(timer);
      timer = setTimeout(reset, FORGET);
    },
    { capture: true },
  );
}
