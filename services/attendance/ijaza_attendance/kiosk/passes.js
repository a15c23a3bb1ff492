/** What a presented text is worth: a pass of somebody who is expected here now, or why not. */

import { fromBase64url, hashOf, textOf, toBase64url, utf8 } from "./encoding.js";

/** Bytes of a pass; what is longer is refused unread. */
const LONGEST = 1024;

const NOTHING = { edition: "", participant: "", serial: "", keyId: "" };

/** Bytes that are spelled as they must be: one pass has one spelling, and one hash. */
function decoded(text) {
  const bytes = fromBase64url(text);
  if (toBase64url(bytes) !== text) throw new TypeError("not canonical");
  return bytes;
}

const short = (value) => (typeof value === "string" && value.length <= 64 ? value : "");

function read(text) {
  const parts = text.split(".");
  if (parts.length !== 3) return null;
  try {
    const header = JSON.parse(textOf(decoded(parts[0])));
    const claims = JSON.parse(textOf(decoded(parts[1])));
    const signature = decoded(parts[2]);
    const wellFormed =
      [claims.e, claims.p, claims.s].every((each) => typeof each === "string") &&
      Number.isFinite(claims.x) &&
      header.alg === "Ed25519" &&
      typeof header.kid === "string" &&
      Object.keys(header).length === 2;
    return wellFormed
      ? { header, claims, signature, signed: utf8(`${parts[0]}.${parts[1]}`) }
      : null;
  } catch {
    return null;
  }
}

/** Whether a text looks like a pass, so that it is no badge number and no name. */
export const looksLikePass = (text) => text.startsWith("eyJ") || text.length > 64;

async function verify(text, verifiers) {
  if (utf8(text).length > LONGEST) return { ...NOTHING, code: "too-long" };
  const pass = read(text);
  if (pass === null) return { ...NOTHING, code: "unreadable" };
  const named = { ...NOTHING, serial: short(pass.claims.s), keyId: short(pass.header.kid) };
  const verifies = verifiers.get(pass.header.kid);
  if (verifies === undefined) return { ...named, code: "wrong-key" };
  if (!(await verifies(pass.signed, pass.signature))) return { ...named, code: "bad-signature" };
  return {
    ...named,
    edition: pass.claims.e,
    participant: pass.claims.p,
    expiresAt: pass.claims.x * 1000,
    code: "",
  };
}

/** Whether somebody on the roster may pass now, by edition, roster and session; "" if so. */
function admit(found, { roster, choice, now }) {
  const elsewhere = choice && choice.edition !== found.edition;
  if (elsewhere || !roster.edition(found.edition)) return { code: "other-edition" };
  const person = roster.person(found.edition, found.participant);
  if (!person) return { code: "not-on-roster" };
  if (person.withdrawn) return { code: "withdrawn", person };
  const session = choice
    ? roster.session(choice.edition, choice.session)
    : roster.sessionAt(found.edition, now);
  if (!session || session.cancelled) return { code: "no-session-now", person };
  return { code: "", person, session };
}

/** A pass that was revoked, or of which the bearer has a newer one. */
function outlived(found, roster) {
  const edition = roster.edition(found.edition);
  if (!edition) return "";
  if (edition.revokedSerials.has(found.serial)) return "revoked";
  const current = edition.passes[found.participant] ?? [];
  return current.length > 0 && !current.includes(found.serial) ? "replaced" : "";
}

/**
 * The verdict on a presented pass.
 *
 * `now` is the corrected time in ms; `choice` the session that was chosen, or null: then the time
 * decides. `code` is "" if the bearer may pass. What comes from an unverified pass names nobody.
 */
export async function judgePass(text, { roster, verifiers, choice, now }) {
  const [found, tokenHash] = await Promise.all([verify(text, verifiers), hashOf(text)]);
  if (found.code) return { ...found, tokenHash };
  if (found.expiresAt <= now) return { ...found, tokenHash, code: "expired" };
  const code = outlived(found, roster);
  const admitted = admit(found, { roster, choice, now });
  return { ...found, ...admitted, tokenHash, code: code || admitted.code };
}

/** The verdict on somebody who was looked up without a pass. */
export function judgePerson(person, { roster, choice, now }) {
  const found = { ...NOTHING, edition: person.edition, participant: person.participant };
  return { ...found, tokenHash: "", ...admit(found, { roster, choice, now }) };
}
