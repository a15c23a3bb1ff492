// Verifies credentials as JWTs with jose: `node verify-jwt.mjs DID TIME FILE…`. DID is the issuer's
// did.json; TIME is when to verify, in ISO 8601. Prints, per file, a line of JSON:
// {file, verified, id, error}. The key is the one of the DID document that the header names.
import {readFileSync} from 'node:fs';
import {importJWK, jwtVerify} from 'jose';

const [didPath, time, ...files] = process.argv.slice(2);
const did = JSON.parse(readFileSync(didPath, 'utf8'));

async function keyOf({kid}) {
  const method = did.verificationMethod.find(each => each.id === kid);
  if(method?.type !== 'JsonWebKey' || !did.assertionMethod.includes(kid)) {
    throw new Error(`no JsonWebKey that asserts has the address ${kid}`);
  }
  return importJWK(method.publicKeyJwk);
}

for(const file of files) {
  const result = {file, verified: false, id: null, error: null};
  try {
    const {payload} = await jwtVerify(readFileSync(file, 'utf8'), keyOf, {
      issuer: did.id,
      typ: 'vc+jwt',
      requiredClaims: ['iss', 'sub', 'jti', 'nbf'],
      currentDate: new Date(time),
    });
    Object.assign(result, {verified: payload.jti === payload.id, id: payload.id});
  } catch(error) {
    result.error = error.message;
  }
  console.log(JSON.stringify(result));
}
