/** What came of a check, put on the page: texts alone, nothing is read as markup. */

import { check } from "./check.js";

export const language = document.documentElement.lang;
const LOOKS = {
  genuine: "valid",
  ended: "superseded",
  unproven: "superseded",
  wrapped: "revoked",
  foreign: "revoked",
  false: "revoked",
  unreadable: "none",
};

/** What this site answers, as JSON. */
export async function json(path) {
  const answer = await fetch(path, { cache: "no-cache" });
  if (!answer.ok) throw new TypeError(`${path}: ${answer.status}`);
  return answer.json();
}

const beside = (name) => new URL(name, import.meta.url);
const load = (name) => json(beside(`contexts/${name}`));
const words = json(beside("words.json")).then((all) => all[language]);

function element(tag, { text = "", ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

const days = new Intl.DateTimeFormat(language === "ar" ? "ar-EG" : "en-GB", {
  dateStyle: "long",
  timeZone: "UTC",
});

const ordered = (said) => (language === "ar" ? [...said].reverse() : said);

/** A text of a credential, "English | العربية" if both differ, the page's language first. */
function parts(text) {
  const at = text.indexOf(" | ");
  return at < 0 ? [text] : ordered([text.slice(0, at), text.slice(at + 3)]);
}

/** A text of another direction in a sentence: it turns nothing around it. */
const isolated = (text) => `\u2068${text}\u2069`;

function sentence(said, { issuer = "", did = "", on = null }) {
  const values = { issuer: isolated(parts(issuer)[0]), did: isolated(did), day: on ? days.format(on) : "" };
  return said.replace(/\{(issuer|did|day)\}/g, (_, name) => values[name]);
}

function listed(says, w) {
  const rows = [
    [w.holder, ordered(says.names)],
    [w.certificate, parts(says.title)],
    [w.programme, parts(says.achievement)],
    [w.issuer, parts(says.issuer)],
    [w.serial, [says.serial], "code"],
  ];
  const shown = rows.map(([what, values, look]) => {
    const said = values.flatMap((text, i) => [
      element("bdi", { dir: "auto", class: i ? "also" : (look ?? ""), text }), " ",
    ]);
    return element("div", {}, element("dt", { text: what }), element("dd", {}, ...said));
  });
  return element("dl", {}, ...shown);
}

function shown({ verdict, steps, says, page }, w) {
  const lines = steps.map((each) =>
    element(
      "li",
      { class: each.outcome },
      element("span", { class: "tag", text: w[`step-${each.outcome}`] }),
      element("span", { text: sentence(w[each.code], each) }),
    ),
  );
  const parts = [
    element("h3", { text: w[`verdict-${verdict}`] }),
    element("ul", { class: "steps" }, ...lines),
  ];
  if (says) parts.push(listed(says, w));
  if (page)
    parts.push(element("p", {}, element("a", { href: `${page}?lang=${language}`, text: w["see-page"] })));
  return element("div", { class: LOOKS[verdict], "data-verdict": verdict }, ...parts);
}

/** Check the bytes that `bytes()` gives, and show in `place` what came of it. */
export async function showCheck(place, bytes) {
  const w = await words;
  place.replaceChildren(element("p", { text: w["local-running"] }));
  try {
    if (!globalThis.crypto?.subtle || !globalThis.DecompressionStream)
      throw new Error(w["local-old"]);
    const found = await check(new Uint8Array(await bytes()), { json, load });
    place.replaceChildren(shown(found, w));
  } catch (error) {
    const why = error instanceof TypeError ? w["local-network"] : error.message;
    place.replaceChildren(element("p", { text: w["local-failed"].replace("{why}", why) }));
  }
}
