/** Whether a key of the issuer signed a credential that comes as a JWT (`application/vc+jwt`). */

import { fits, keyOf } from "./proof.js";
import { fromBase64url } from "./reading.js";

/** A signature of 64 bytes in its one spelling: the last letter has but two bits of it. */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/;

function keyNamed(kid, did) {
  const jwk = keyOf(kid, did)?.publicKeyJwk;
  return jwk?.kty === "OKP" && jwk.crv === "Ed25519" ? fromBase64url(jwk.x) : null;
}

/**
 * The code of what a JWT comes to, `proof-holds` alone being good; the issuer that the credential
 * inside names is that of `did`. A key in its header is never looked at.
 */
export async function jwtProofOf({ header, payload, credential, signed, signature }, did) {
  if (
    Object.keys(header).sort().join() !== "alg,kid,typ" ||
    header.alg !== "EdDSA" ||
    header.typ !== "vc+jwt" ||
    typeof header.kid !== "string"
  )
    return "proof-none";
  const key = keyNamed(header.kid, did);
  if (key === null) return "proof-key";
  if (!SIGNATURE.test(signature)) return "proof-none";
  const message = new TextEncoder().encode(signed);
  if (!(await fits(fromBase64url(signature), message, key))) return "proof-altered";
  const agree =
    payload.iss === credential.issuer.id &&
    payload.sub === credential.credentialSubject.id &&
    payload.jti === credential.id &&
    payload.nbf === Math.trunc(Date.parse(credential.validFrom) / 1000);
  return agree ? "proof-holds" : "claims-differ";
}
