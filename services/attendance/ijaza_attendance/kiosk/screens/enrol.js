/** The first screen: a code from the office makes this browser a door. */

import { h, show } from "../dom.js";
import { Refused } from "../door.js";
import { other, speak, t } from "../texts.js";

const LENGTH = 8;

/** A code as it was meant: no spaces or hyphens, and the letters that look like digits as digits. */
export const readCode = (text) =>
  text.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");

/** `enrol(code)` resolves when the device is set up; `back` is given where one is set up already. */
export function showEnrol({ enrol, back, setLanguage }) {
  const message = h("p", { class: "message", role: "alert" });
  const code = h("input", {
    id: "code",
    name: "code",
    class: "code",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    dir: "ltr",
    maxlength: "12",
    required: true,
    "data-first": true,
    "aria-describedby": "lead",
  });
  const go = h("button", { class: "primary large" }, t("enrol.go"));

  async function submit(event) {
    event.preventDefault();
    const given = readCode(code.value);
    if (given.length !== LENGTH) {
      message.textContent = t("enrol.short");
      return code.focus();
    }
    go.disabled = true;
    go.textContent = t("enrol.busy");
    message.textContent = "";
    try {
      await enrol(given);
    } catch (error) {
      go.disabled = false;
      go.textContent = t("enrol.go");
      const refused = error instanceof Refused && error.status < 500 && error.status !== 429;
      message.textContent = t(refused ? "enrol.refused" : "enrol.offline");
      code.focus();
    }
  }

  const changeLanguage = () => {
    const kept = code.value;
    speak(other());
    setLanguage();
    showEnrol({ enrol, back, setLanguage });
    document.querySelector("#code").value = kept;
  };
  show(
    "enrol",
    h(
      "div",
      { class: "sheet" },
      h("img", { src: "/kiosk/icon.svg", alt: "", width: "72", height: "72", class: "mark" }),
      h("h1", {}, t("enrol.title")),
      h("p", { id: "lead", class: "lead" }, t("enrol.lead")),
      h("form", { onsubmit: submit, novalidate: true }, h("label", { for: "code" }, t("enrol.code")), code, message, go),
      h(
        "div",
        { class: "row foot" },
        h("button", { type: "button", class: "quiet", lang: other(), onclick: changeLanguage }, t("lang.other")),
        back && h("button", { type: "button", class: "quiet", onclick: back }, t("super.back")),
      ),
    ),
  );
}
