/** Finding somebody by badge number or name. */

import { h, icon } from "../dom.js";
import { looksLikePass } from "../passes.js";
import { namesOf, t } from "../texts.js";

function item(person, { inside, admit }) {
  const [first, second] = namesOf(person);
  return h(
    "li",
    {},
    h(
      "button",
      { class: "person", "data-participant": person.participant, onclick: () => admit(person) },
      h("span", { class: "number" }, person.number),
      h(
        "span",
        { class: "what" },
        h("strong", { lang: first?.lang, dir: "auto" }, first?.text ?? "—"),
        second && h("span", { lang: second.lang, dir: "auto" }, second.text),
      ),
      person.withdrawn
        ? h("span", { class: "tag stop" }, t("find.withdrawn"))
        : inside && h("span", { class: "tag" }, t("find.inside")),
    ),
  );
}

/** `search(text)` gives people; `isInside(person)`; `admit(person)`; `present(text)` for a pass that was typed here. */
export function openFind({ search, isInside, admit, present }) {
  const list = h("ul", { class: "people" });
  const none = h("p", { class: "lead", role: "status" });
  let found = [];
  const take = (person) => {
    dialog.close();
    admit(person);
  };
  const look = () => {
    found = search(field.value);
    list.replaceChildren(...found.map((each) => item(each, { inside: isInside(each), admit: take })));
    none.textContent = field.value.trim() && found.length === 0 ? t("find.none") : "";
  };
  const field = h("input", {
    id: "find",
    autocomplete: "off",
    spellcheck: "false",
    dir: "auto",
    enterkeyhint: "search",
    oninput: look,
  });
  const submit = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (looksLikePass(text)) {
      dialog.close();
      present(text);
    } else if (found.length === 1) take(found[0]);
    else list.querySelector("button")?.focus();
  };
  const dialog = h(
    "dialog",
    { class: "find", "aria-labelledby": "find-title", onclose: () => dialog.remove() },
    h(
      "form",
      { onsubmit: submit },
      h(
        "div",
        { class: "row spread" },
        h("h2", { id: "find-title" }, t("find.title")),
        h("button", { type: "button", class: "quiet square", "aria-label": t("find.close"), onclick: () => dialog.close() }, icon("close")),
      ),
      h("label", { for: "find" }, t("find.label")),
      field,
    ),
    none,
    list,
  );
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
}
