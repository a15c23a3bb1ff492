/** Whether a key of the issuer signed exactly what a document says (`eddsa-rdfc-2022`). */

import { canonicalNquads, RDF_TYPE, sha256, Uncovered } from "./rdf.js";

const MEMBERS = [
  "created", "cryptosuite", "proofPurpose", "proofValue", "type", "verificationMethod",
].join();
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const KEY_ADDRESS = /^did:web:[^\x00-\x20<>"{}|^`\\#]+#z[1-9A-HJ-NP-Za-km-z]+$/u;
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SECURITY = "https://w3id.org/security#";

/** Where copies of the contexts lie; nothing else is ever loaded in their place. */
export const CONTEXTS = {
  "https://www.w3.org/ns/credentials/v2": "credentials-v2.json",
  "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": "ob-v3p0-context-3.0.3.json",
  "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": "ob-v3p0-extensions.json",
};

/** The bytes of a text in multibase base58 (`z…`), or null if it is none in its one spelling. */
export function fromBase58(text) {
  if (!/^z[1-9A-HJ-NP-Za-km-z]{1,100}$/.test(text)) return null;
  let number = 0n;
  for (const each of text.slice(1)) number = number * 58n + BigInt(ALPHABET.indexOf(each));
  const bytes = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 255n));
  const zeros = text.slice(1).match(/^1*/)[0].length;
  return new Uint8Array([...new Array(zeros).fill(0), ...bytes]);
}

/** The key at an address as the DID document lists it, if that lets it assert. */
export function keyOf(method, did) {
  const allowed = Array.isArray(did.assertionMethod) && did.assertionMethod.includes(method);
  const found = (did.verificationMethod ?? []).find((each) => each?.id === method);
  return allowed && found?.controller === did.id ? found : null;
}

function multikey(method, did) {
  const bytes = fromBase58(String(keyOf(method, did)?.publicKeyMultibase));
  const isEd25519 = bytes?.length === 34 && bytes[0] === 0xed && bytes[1] === 0x01;
  return isEd25519 ? bytes.slice(2) : null;
}

/** Whether a signature of a message is by a key, given as its 32 bytes. */
export async function fits(signature, message, key) {
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    const { verifyAsync } = await import("./vendor/noble-ed25519.js");
    return verifyAsync(signature, message, key, { zip215: false });
  }
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
}

function optionsNquads({ created, cryptosuite, verificationMethod }) {
  return [
    `_:c14n0 <http://purl.org/dc/terms/created> "${created}"^^<http://www.w3.org/2001/XMLSchema#dateTime> .`,
    `_:c14n0 ${RDF_TYPE} <${SECURITY}DataIntegrityProof> .`,
    `_:c14n0 <${SECURITY}cryptosuite> "${cryptosuite}"^^<${SECURITY}cryptosuiteString> .`,
    `_:c14n0 <${SECURITY}proofPurpose> <${SECURITY}assertionMethod> .`,
    `_:c14n0 <${SECURITY}verificationMethod> <${verificationMethod}> .`,
    "",
  ].join("\n");
}

function isProof(proof) {
  return (
    typeof proof === "object" &&
    proof !== null &&
    Object.keys(proof).sort().join() === MEMBERS &&
    Object.values(proof).every((each) => typeof each === "string") &&
    proof.type === "DataIntegrityProof" &&
    proof.cryptosuite === "eddsa-rdfc-2022" &&
    proof.proofPurpose === "assertionMethod" &&
    TIMESTAMP.test(proof.created) &&
    KEY_ADDRESS.test(proof.verificationMethod)
  );
}

/**
 * The code of what the proof comes to, `proof-holds` alone being good.
 *
 * `did` is the issuer's DID document; `load` gives the parsed copy of a context by its file's name.
 */
export async function proofOf(document, did, load) {
  const proof = document.proof;
  if (!isProof(proof)) return "proof-none";
  const key = multikey(proof.verificationMethod, did);
  if (key === null) return "proof-key";
  const signature = fromBase58(proof.proofValue);
  if (signature?.length !== 64) return "proof-none";
  const named = document["@context"];
  if (!Array.isArray(named) || !named.every((url) => Object.hasOwn(CONTEXTS, url)))
    return "proof-uncovered";
  const contexts = await Promise.all(named.map((url) => load(CONTEXTS[url])));
  let nquads;
  try {
    nquads = await canonicalNquads(document, contexts.map((each) => each["@context"]));
  } catch (error) {
    if (error instanceof Uncovered) return "proof-uncovered";
    throw error;
  }
  const message = new Uint8Array(64);
  message.set(await sha256(optionsNquads(proof)), 0);
  message.set(await sha256(nquads), 32);
  return (await fits(signature, message, key)) ? "proof-holds" : "proof-altered";
}
