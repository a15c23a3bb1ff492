/**
 * From a credential to the canonical N-Quads that its proof signs.
 *
 * `documents/rdf.py` for browsers, statement by statement: the same closed part of JSON-LD is read,
 * everything else is refused, and what is accepted comes to the same bytes. A test holds the two
 * side by side.
 */

export const RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";
const MAX_DEPTH = 16;
const MAX_QUADS = 20_000;

const ABSOLUTE_IRI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\x7f]+$/u;
const UNSIGNABLE = /[\x00-\x1f\x7f]|\p{Surrogate}/u;
const READ_KEYS = new Set(["@id", "@type", "@container", "@context"]);

/** A document has a part that a signature would not cover, or not beyond doubt. */
export class Uncovered extends Error {}

const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const own = (value, name) => (Object.hasOwn(value, name) ? value[name] : undefined);

/** Texts in the order of their code points, which is not that of JavaScript's own comparison. */
export function byCodePoint(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const [high, other] = [x >= 0xd800 && x <= 0xdfff, y >= 0xd800 && y <= 0xdfff];
    return high === other ? x - y : high ? 1 : -1;
  }
  return a.length - b.length;
}

function iriOf(definition) {
  if (!isObject(definition)) return null;
  if (!Object.keys(definition).every((key) => READ_KEYS.has(key))) return null;
  const iri = own(definition, "@id");
  return typeof iri === "string" ? iri : null;
}

function termsOf(definitions) {
  const terms = new Map();
  for (const [name, given] of Object.entries(definitions)) {
    const definition = typeof given === "string" ? { "@id": given } : given;
    const iri = iriOf(definition);
    if (iri === null || !ABSOLUTE_IRI.test(iri) || Object.hasOwn(definition, "@context")) continue;
    const coercion = own(definition, "@type") ?? null;
    if ((own(definition, "@container") ?? "@set") !== "@set") continue;
    if (coercion === "@json" || coercion === "@vocab") continue;
    const isAddress = coercion === "@id";
    terms.set(name, { iri: `<${iri}>`, isAddress, datatype: isAddress ? null : coercion });
  }
  return terms;
}

/** The merged terms of contexts, given as what stands under their `@context`. */
export function vocabulary(contexts) {
  const types = new Map();
  const terms = new Map();
  const inside = new Map();
  for (const definitions of contexts) {
    for (const [name, term] of termsOf(definitions)) terms.set(name, term);
    for (const [name, definition] of Object.entries(definitions)) {
      const iri = typeof definition === "string" ? definition : iriOf(definition);
      if (iri === null || !ABSOLUTE_IRI.test(iri)) continue;
      types.set(name, iri);
      if (isObject(definition)) inside.set(name, termsOf(own(definition, "@context") ?? {}));
    }
  }
  return { types, terms, inside };
}

function address(value, path) {
  if (typeof value !== "string" || !ABSOLUTE_IRI.test(value) || UNSIGNABLE.test(value))
    throw new Uncovered(`${path}: expected an absolute address`);
  return `<${value}>`;
}

function literal(term, value, path) {
  if (term.isAddress) return address(value, path);
  const isTruth = typeof value === "boolean" && term.datatype !== null;
  if (typeof value !== "string" && !isTruth) throw new Uncovered(`${path}: expected a text`);
  const text = String(value);
  if (UNSIGNABLE.test(text)) throw new Uncovered(`${path}: holds a control character`);
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return `"${escaped}"${term.datatype ? `^^<${term.datatype}>` : ""}`;
}

function typesOf(value, path) {
  const types = Object.hasOwn(value, "type") ? value.type : [];
  const listed = Array.isArray(types) ? types : [types];
  if (!listed.every((each) => typeof each === "string"))
    throw new Uncovered(`${path}.type: expected texts`);
  return [...listed].sort(byCodePoint);
}

/** Collects the statements of a document while walking through it. */
class Statements {
  constructor(known) {
    this.known = known;
    this.quads = [];
    this.anonymous = 0;
  }

  addObject(value, path = "$", depth = 0, left = () => true) {
    if (depth > MAX_DEPTH) throw new Uncovered(`${path}: nested deeper than ${MAX_DEPTH} levels`);
    const node = Object.hasOwn(value, "id")
      ? address(value.id, `${path}.id`)
      : `_:${++this.anonymous}`;
    const terms = new Map(this.known.terms);
    for (const name of typesOf(value, path)) {
      if (!this.known.types.has(name)) throw new Uncovered(`${path}.type: defined by no context`);
      for (const [each, term] of this.known.inside.get(name) ?? []) terms.set(each, term);
      this.add(node, RDF_TYPE, `<${this.known.types.get(name)}>`);
    }
    for (const [name, member] of Object.entries(value)) {
      if (name === "id" || name === "type" || !left(name)) continue;
      const term = terms.get(name);
      if (term === undefined) throw new Uncovered(`${path}: a member that no context defines`);
      for (const item of Array.isArray(member) ? member : [member]) {
        const at = `${path}.${name}`;
        const said = isObject(item)
          ? this.addObject(item, at, depth + 1)
          : literal(term, item, at);
        this.add(node, term.iri, said);
      }
    }
    return node;
  }

  add(subject, predicate, object) {
    if (this.quads.length >= MAX_QUADS) throw new Uncovered(`more than ${MAX_QUADS} statements`);
    this.quads.push({ subject, predicate, object });
  }
}

function line({ subject, predicate, object }, names) {
  return `${names.get(subject) ?? subject} ${predicate} ${names.get(object) ?? object} .\n`;
}

function seenFrom(node, quad) {
  const names = new Map();
  for (const each of [quad.subject, quad.object])
    if (each.startsWith("_")) names.set(each, each === node ? "_:a" : "_:z");
  return line(quad, names);
}

const encoder = new TextEncoder();

/** The SHA-256 of a text or of bytes. */
export async function sha256(content) {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** Bytes in hexadecimal. */
export const hex = (bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Names of the blank nodes by 'Hash First Degree Quads' of RDFC-1.0. */
async function canonicalNames(quads) {
  const lines = new Map();
  for (const quad of quads)
    for (const node of [quad.subject, quad.object])
      if (node.startsWith("_:")) {
        if (!lines.has(node)) lines.set(node, new Set());
        lines.get(node).add(seenFrom(node, quad));
      }
  const byHash = new Map();
  for (const [node, seen] of lines) {
    const hash = hex(await sha256([...seen].sort(byCodePoint).join("")));
    if (byHash.has(hash)) throw new Uncovered("two objects without an id say the same");
    byHash.set(hash, node);
  }
  return new Map([...byHash.keys()].sort().map((hash, i) => [byHash.get(hash), `_:c14n${i}`]));
}

/** The canonical N-Quads of a document without its `@context` and `proof`. */
export async function canonicalNquads(document, contexts) {
  const statements = new Statements(vocabulary(contexts));
  statements.addObject(document, "$", 0, (name) => name !== "@context" && name !== "proof");
  const names = await canonicalNames(statements.quads);
  const lines = new Set(statements.quads.map((quad) => line(quad, names)));
  return [...lines].sort(byCodePoint).join("");
}
