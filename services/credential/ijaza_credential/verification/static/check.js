/** The check of a file in the visitor's own browser: nothing of the file leaves it. */

import { jwtProofOf } from "./jwt.js";
import { proofOf } from "./proof.js";
import { read, unpacked, Unreadable } from "./reading.js";
import { hex, sha256 } from "./rdf.js";

const step = (code, outcome, values = {}) => ({ code, outcome, ...values });

function validity({ from, until }, now) {
  if (now < from) return step("validity-early", "failed", { on: from });
  if (until !== null && now > until) return step("validity-expired", "failed", { on: until });
  return step("validity-holds", "passed", { on: from });
}

/** Whether a bit of a status list is set; null if the list is none of this issuer's. */
async function isSet(list, summary, did, load) {
  const subject = list?.credentialSubject;
  const isList =
    list?.id === summary.list &&
    list.issuer === did.id &&
    subject?.type === "BitstringStatusList" &&
    subject.statusPurpose === "revocation" &&
    /^u[A-Za-z0-9_-]+$/.test(subject.encodedList);
  if (!isList || (await proofOf(list, did, load)) !== "proof-holds") return null;
  const packed = atob(subject.encodedList.slice(1).replaceAll("-", "+").replaceAll("_", "/"));
  const bits = await unpacked(Uint8Array.from(packed, (each) => each.charCodeAt(0)), "gzip");
  if (summary.index >= bits.length * 8) return null;
  return Boolean(bits[summary.index >> 3] & (0x80 >> summary.index % 8));
}

async function status(summary, did, known, { load, json }) {
  let set = null;
  try {
    const { host, pathname } = new URL(summary.list);
    if (`did:web:${host.replace(":", "%3A")}` === did.id)
      set = await isSet(await json(pathname), summary, did, load);
  } catch {
    set = null;
  }
  if (set === null) return step("status-unchecked", "noted");
  if (!set) return step("status-stands", "passed");
  if (known?.ended_on && known.status !== "valid")
    return step(`status-${known.status}`, "failed", { on: new Date(known.ended_on) });
  return step("status-ended", "failed");
}

/** What is known of the bytes: nothing of a JWT, whose signature is over all of them. */
async function sameBytes(bytes, kind, known) {
  if (kind === "jwt") return [];
  const isPdf = kind === "pdf";
  const recorded = isPdf ? known?.pdf_sha256 : known?.credential_sha256;
  if (!recorded) return [step("bytes-unchecked", "noted")];
  if (hex(await sha256(bytes)) === recorded) return [step("bytes-same", "passed")];
  return [isPdf ? step("bytes-pdf", "failed") : step("bytes-json", "noted")];
}

function verdictOf(steps, isPdf) {
  const has = (code) => steps.some((each) => each.code === code);
  if (has("bytes-pdf")) return "wrapped";
  if (steps.some((each) => each.outcome === "failed")) return "ended";
  if (has("status-unchecked") || (isPdf && has("bytes-unchecked"))) return "unproven";
  return "genuine";
}

/**
 * The verdict on a file, and how it came to it.
 *
 * `json(path)` loads from this site, `load(name)` the copy of a context. Of the file, the server is
 * asked for what belongs to its serial and list, and for nothing else.
 */
export async function check(bytes, { json, load, now = new Date() }) {
  let found;
  try {
    found = await read(bytes);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { verdict: "unreadable", steps: [step(error.code, "failed")] };
  }
  const { kind, credential, jwt, summary } = found;
  const file = step(`file-is-${kind}`, "passed");
  const did = await json("/.well-known/did.json");
  if (summary.did !== did.id) {
    const foreign = step("issuer-foreign", "failed", { did: summary.did.slice(0, 200) });
    return { verdict: "foreign", steps: [file, foreign] };
  }
  const ours = step("issuer-ours", "passed", { issuer: summary.issuer });
  const code = jwt ? await jwtProofOf(jwt, did) : await proofOf(credential, did, load);
  if (code !== "proof-holds")
    return { verdict: "false", steps: [file, ours, step(code, "failed")] };
  const told = await json(`/v1/certificates/${encodeURIComponent(summary.serial)}`).catch(() => null);
  const known = told?.versions?.find((each) => each.credential_id === summary.id);
  const steps = [
    file,
    ours,
    step(code, "passed"),
    validity(summary, now),
    await status(summary, did, known, { load, json }),
    ...(await sameBytes(bytes, kind, known)),
  ];
  const page = known ? `/v/${summary.serial}/${known.version}` : "";
  return { verdict: verdictOf(steps, kind === "pdf"), steps, says: summary, page };
}
