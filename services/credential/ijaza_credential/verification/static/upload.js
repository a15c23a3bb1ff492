/** The page to check a file on: one that is chosen or dropped is checked without being sent. */

import { showCheck } from "./showing.js";

const section = document.querySelector("#local");
const input = section.querySelector("input");
const outcome = section.querySelector(".outcome");

const checked = (file) => file && showCheck(outcome, () => file.arrayBuffer());

input.addEventListener("change", () => checked(input.files[0]));
// Dropped anywhere else, a file would be opened in the page's place.
for (const each of ["dragover", "drop"])
  addEventListener(each, (event) => event.preventDefault());
section.addEventListener("dragover", () => section.classList.add("over"));
section.addEventListener("dragleave", () => section.classList.remove("over"));
section.addEventListener("drop", (event) => {
  section.classList.remove("over");
  checked(event.dataTransfer.files[0]);
});
section.hidden = false;
