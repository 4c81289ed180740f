import { createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { getJwks } from '../../../api/log/jwks.ts';
import { parseEnvelope } from '../../../facts/core/envelope.ts';
import { parseLine } from '../../../facts/core/line.ts';
import { preAuthEncoding } from '../../../facts/core/pae.ts';
import { keyIdOf } from '../../../facts/crypto/hash.ts';
import { FactWriter, signer, tenantDraft } from '../../sdk/support/fact-writer.ts';
import { keySetNote, NEXT_FACT_KEY, rangeOf, ROOT } from '../../sdk/support/log-writer.ts';
import { ACME } from '../../sdk/support/tenants.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { READER, startTestApi } from '../../support/api/test-api.ts';
import type { TestApi } from '../../support/api/test-api.ts';

const FACT_KEYS = [rangeOf(signer, { to: 9, void: 4 }), rangeOf(NEXT_FACT_KEY, { from: 9 })];
const PATH = '/v1/log/jwks';

describeAnswers({
  route: getJwks,
  valid: (api) => {
    api.logStore.keySets.push(keySetNote(), keySetNote({ version: 2, fact: FACT_KEYS }));
    return { path: PATH, token: READER };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
      return answer;
    },
    'not-found': (api, valid) => {
      api.logStore.keySets.length = 0;
      return api.ask(valid);
    },
  },
});

describe('the JWK Set', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
    api.logStore.keySets.push(keySetNote({ fact: FACT_KEYS }));
  });
  afterEach(() => api.close());

  type Jwk = JsonWebKey & { readonly kid: string; readonly 'vnd.tenure.role': string };

  async function jwks(): Promise<readonly Jwk[]> {
    const { json } = await api.ask({ path: PATH, token: READER });
    return (json as unknown as { keys: Jwk[] }).keys;
  }

  test('each key is there by its role and range, in the form of RFC 8037', async () => {
    const keys = await jwks();
    expect(keys.map((key) => key['vnd.tenure.role'])).toEqual([
      ...['root', 'fact', 'fact', 'log', 'time'],
    ]);
    expect(keys[0]).toMatchObject({
      kid: keyIdOf(ROOT.publicKey),
      use: 'sig',
      key_ops: ['verify'],
    });
    expect(keys[1]).toEqual({
      ...{ kty: 'OKP', crv: 'Ed25519', use: 'sig', key_ops: ['verify'] },
      x: Buffer.from(signer.publicKey).toString('base64url'),
      kid: keyIdOf(signer.publicKey),
      ...{ 'vnd.tenure.role': 'fact', 'vnd.tenure.from': 0 },
      ...{ 'vnd.tenure.to': 9, 'vnd.tenure.void': 4 },
    });
  });

  test('a fact is verified by node:crypto with the key that the set has under its key id', async () => {
    const line = new FactWriter().write(ACME, tenantDraft(ACME));
    const { payload, keyId, signature } = parseEnvelope(parseLine(line).envelope);
    const keys = await jwks();
    const holds = (kid: string) => {
      const jwk = keys.find((key) => key.kid === kid);
      if (jwk === undefined) throw new Error(`no key ${kid}`);
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      return verify(null, preAuthEncoding(payload), key, signature);
    };
    expect(holds(keyId)).toBe(true);
    expect(holds(keyIdOf(NEXT_FACT_KEY.publicKey))).toBe(false);
  });
});
