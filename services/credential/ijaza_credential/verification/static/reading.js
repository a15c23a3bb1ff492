/** From the bytes of a file to the credential in it, and what that says. */

const MOST = 2 * 1024 * 1024;
const MOST_JSON = 1024 * 1024;
const JWT = /^[ \t-\r]*([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)[ \t-\r]*$/;

/** A file is no certificate; `code` says how. */
export class Unreadable extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Bytes unpacked; longer ones than `most` are refused. */
export async function unpacked(bytes, format, most = MOST_JSON) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) throw new Unreadable("file-unreadable");
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** How many names of members there are in a value. */
function members(value) {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value).reduce((sum, each) => sum + members(each), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}

/** A JSON object that can be read in one way only: no member is named twice in one object. */
export function readObject(bytes) {
  if (bytes.length > MOST_JSON) throw new Unreadable("file-unreadable");
  let text, value, count;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
    count = members(value); // fails for what is nested too deeply
  } catch {
    throw new Unreadable("file-unreadable");
  }
  const named = text.match(/"(?:[^"\\]|\\.)*"\s*:?/g)?.filter((each) => each.endsWith(":"));
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject || (named?.length ?? 0) !== count) throw new Unreadable("file-unreadable");
  return value;
}

/** The bytes of a text in base64url. */
export function fromBase64url(text) {
  try {
    const packed = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(packed, (each) => each.charCodeAt(0));
  } catch {
    throw new Unreadable("file-unreadable");
  }
}

/** A JWT taken apart, if the file has the shape of one; its signature is looked at elsewhere. */
function jwtIn(bytes) {
  const found = JWT.exec(new TextDecoder("latin1").decode(bytes));
  if (!found) return null;
  const [, head, body, signature] = found;
  const [header, payload] = [head, body].map((each) => readObject(fromBase64url(each)));
  const { iss, sub, jti, nbf, ...credential } = payload;
  return { header, payload, credential, signed: `${head}.${body}`, signature };
}

/** The one file that is embedded in a PDF, as typst embeds it. */
async function embedded(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  const found = [...text.matchAll(/\d+ \d+ obj\s*<<(?:(?!endobj|stream\r?\n)[^])*?>>\s*stream\r?\n/g)]
    .filter(([head]) => /\/Type\s*\/EmbeddedFile\b/.test(head));
  const length = found.length === 1 && /\/Length (\d+)(?! \d+ R)/.exec(found[0][0]);
  if (!length) throw new Unreadable("file-bare-pdf");
  const begin = found[0].index + found[0][0].length;
  const content = bytes.slice(begin, begin + Number(length[1]));
  try {
    return /\/FlateDecode/.test(found[0][0]) ? await unpacked(content, "deflate") : content;
  } catch {
    throw new Unreadable("file-bare-pdf");
  }
}

const text = (value) => {
  if (typeof value !== "string" || value === "") throw new Unreadable("file-unreadable");
  return value;
};

function moment(value) {
  const at = new Date(text(value));
  if (Number.isNaN(at.getTime())) throw new Unreadable("file-unreadable");
  return at;
}

/** What a credential says; its proof is looked at elsewhere. */
function summaryOf(credential) {
  const { credentialSubject: subject, credentialStatus: status, issuer } = credential;
  const types = JSON.stringify(credential.type);
  if (
    types !== '["VerifiableCredential","OpenBadgeCredential"]' ||
    status?.type !== "BitstringStatusListEntry" ||
    status.statusPurpose !== "revocation" ||
    !/^\d{1,7}$/.test(status.statusListIndex) ||
    !Array.isArray(subject?.identifier)
  )
    throw new Unreadable("file-unreadable");
  return {
    id: text(credential.id),
    did: text(issuer?.id),
    issuer: text(issuer.name),
    names: subject.identifier.map((each) => text(each?.identityHash)),
    title: text(credential.name),
    achievement: text(subject.achievement?.name),
    serial: text(subject.licenseNumber),
    from: moment(credential.validFrom),
    until: Object.hasOwn(credential, "validUntil") ? moment(credential.validUntil) : null,
    list: text(status.statusListCredential),
    index: Number(status.statusListIndex),
  };
}

const credentialOf = (kind, credential, jwt = null) => ({
  kind, credential, jwt, summary: summaryOf(credential),
});

/** The credential in a file, and what it says. */
export async function read(bytes) {
  if (bytes.length > MOST) throw new Unreadable("file-large");
  if (String.fromCharCode(...bytes.slice(0, 5)) === "%PDF-")
    return credentialOf("pdf", readObject(await embedded(bytes)));
  const jwt = jwtIn(bytes);
  return jwt ? credentialOf("jwt", jwt.credential, jwt) : credentialOf("json", readObject(bytes));
}
