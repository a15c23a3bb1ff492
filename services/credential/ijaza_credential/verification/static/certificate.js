/** The page of a certificate: its credential, checked by the visitor's browser on request. */

import { showCheck } from "./showing.js";

const section = document.querySelector("#local");
const buttons = [...section.querySelectorAll("button")];

async function fileOf(address) {
  const answer = await fetch(address, { cache: "no-cache" });
  if (!answer.ok) throw new TypeError(`${address}: ${answer.status}`);
  return answer.arrayBuffer();
}

for (const button of buttons)
  button.addEventListener("click", async () => {
    for (const each of buttons) each.disabled = true;
    await showCheck(section.querySelector(".outcome"), () => fileOf(button.dataset.file));
    for (const each of buttons) each.disabled = false;
  });
section.hidden = false;
