// Reads documents, one JSON a line, and writes what the pages' own code canonicalises each to.
//   node canonical.mjs FOLDER_OF_STATIC_FILES FOLDER_OF_CONTEXTS
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [statics, contexts] = process.argv.slice(2);
const { canonicalNquads, Uncovered } = await import(pathToFileURL(`${statics}/rdf.js`));
const { CONTEXTS } = await import(pathToFileURL(`${statics}/proof.js`));
const loaded = {};
for (const [url, name] of Object.entries(CONTEXTS))
  loaded[url] = JSON.parse(readFileSync(`${contexts}/${name}`, "utf8"))["@context"];

for await (const line of createInterface({ input: process.stdin })) {
  const document = JSON.parse(line);
  let said;
  try {
    said = await canonicalNquads(document, document["@context"].map((url) => loaded[url]));
  } catch (error) {
    if (!(error instanceof Uncovered)) throw error;
    said = null;
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
