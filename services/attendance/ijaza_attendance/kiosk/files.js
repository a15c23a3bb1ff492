/** A file for the person at the tablet. */

import { h } from "./dom.js";

export function saveFile(label, text) {
  const stamp = new Date().toISOString().replace(/[:.]/g, "-");
  const name = `${label.replace(/[^\p{L}\p{N}]+/gu, "-")}-${stamp}.ijaza-queue.json`;
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
