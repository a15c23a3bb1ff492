/**
 * Ed25519: the device's own key, and the keys that passes are signed with.
 *
 * WebCrypto where the browser has Ed25519. Elsewhere noble-ed25519 does the arithmetic, and the
 * device's secret lies encrypted in IndexedDB under an AES key that cannot be exported.
 */

import { fromBase64url, toBase64url, utf8 } from "./encoding.js";

const ED25519 = { name: "Ed25519" };
const { subtle } = crypto;

let noble = null;
const nobleEd25519 = () => (noble ??= import("./vendor/noble-ed25519.js"));

let native = null;
/** Whether the browser's WebCrypto has Ed25519; found out once. */
export function hasEd25519() {
  native ??= subtle.generateKey(ED25519, false, ["sign", "verify"]).then(
    () => true,
    () => false,
  );
  return native;
}

/** A new key of this device: what IndexedDB keeps, with `publicKey` as base64url. */
export async function makeDeviceKey() {
  if (await hasEd25519()) {
    const pair = await subtle.generateKey(ED25519, false, ["sign", "verify"]);
    const publicKey = toBase64url(await subtle.exportKey("raw", pair.publicKey));
    return { kind: "webcrypto", privateKey: pair.privateKey, publicKey };
  }
  const { getPublicKeyAsync } = await nobleEd25519();
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const wrapping = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapped = await subtle.encrypt({ name: "AES-GCM", iv }, wrapping, secret);
  return { kind: "wrapped", wrapping, iv, wrapped, publicKey: toBase64url(await getPublicKeyAsync(secret)) };
}

async function sign(key, bytes) {
  if (key.kind === "webcrypto") return subtle.sign(ED25519, key.privateKey, bytes);
  const { signAsync } = await nobleEd25519();
  const secret = await subtle.decrypt({ name: "AES-GCM", iv: key.iv }, key.wrapping, key.wrapped);
  return signAsync(bytes, new Uint8Array(secret));
}

/** The detached JWS (`header..signature`) of a device over a body. */
export async function detachedJws(key, device, body) {
  const header = toBase64url(utf8(JSON.stringify({ alg: "Ed25519", kid: device })));
  const signature = await sign(key, utf8(`${header}.${toBase64url(body)}`));
  return `${header}..${toBase64url(signature)}`;
}

/** A function (bytes, signature) → whether this key made it. */
export async function verifierOf(publicKey) {
  const raw = fromBase64url(publicKey);
  if (await hasEd25519()) {
    const key = await subtle.importKey("raw", raw, ED25519, false, ["verify"]);
    return (bytes, signature) => subtle.verify(ED25519, key, signature, bytes);
  }
  const { verifyAsync } = await nobleEd25519();
  return (bytes, signature) => verifyAsync(signature, bytes, raw).catch(() => false);
}
