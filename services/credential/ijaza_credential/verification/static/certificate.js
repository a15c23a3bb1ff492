/** The page of a certificate: its credential, checked by the visitor's browser on request. */

import { showCheck } from "./showing.js";

const section = document.querySelector("#local");
const button = section.querySelector("button");

async function credential() {
  const answer = await fetch(section.dataset.credential, { cache: "no-cache" });
  if (!answer.ok) throw new TypeError(`the credential: ${answer.status}`);
  return answer.arrayBuffer();
}

button.addEventListener("click", async () => {
  button.disabled = true;
  await showCheck(section.querySelector(".outcome"), credential);
  button.disabled = false;
});
section.hidden = false;
