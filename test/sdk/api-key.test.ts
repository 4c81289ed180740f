import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FactDraft } from '../../facts/core/types.ts';
import { formatApiKey, hashOfApiKey } from '../../facts/crypto/api-key.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import { stateOf } from './support/state-writer.ts';
import { tenantDraft } from './support/fact-writer.ts';
import { PlaneFixture } from './support/plane-fixture.ts';
import { ACME, GLOBEX, SHARD, projectId } from './support/tenants.ts';

const KEY = formatApiKey(new Uint8Array(24).fill(1));
const OTHER = formatApiKey(new Uint8Array(24).fill(2));
const [ID, OTHER_ID] = [projectId(1), projectId(2)];
const KNOWN = { tenant: ACME, id: ID, scopes: ['invoices.read'], namespace: 'eu' };
const UNKNOWN = { tenant: null, id: null, scopes: [], namespace: null };

const keyDraft = (overrides: object = {}, id = ID, key = KEY): FactDraft => ({
  kind: 'api-key',
  subject: `api-key:${id}`,
  op: 'assert',
  body: {
    hash: hashOfApiKey(key),
    scopes: ['invoices.read'],
    namespace: 'eu',
    until: null,
    ...overrides,
  },
});
const retracted = (): FactDraft => ({
  kind: 'api-key',
  subject: `api-key:${ID}`,
  op: 'retract',
  body: {},
});

let fixture: PlaneFixture;
let plane: Plane;
const state = (draft: FactDraft, tenant = ACME): void =>
  fixture.live?.lines(SHARD, [fixture.writer.write(tenant, draft)]);

beforeEach(async () => {
  fixture = await PlaneFixture.start();
  fixture.writer.write(ACME, keyDraft());
  plane = await fixture.open();
  await plane.ready();
});

afterEach(() => fixture.stop());

test('a key is good in its tenant, for its scopes, in its namespace', () => {
  const granted = { allowed: true, reason: 'granted', ...KNOWN, freshness: 'fresh' };
  expect(plane.apiKey(KEY)).toEqual(granted);
  expect(plane.apiKey(KEY, { scope: 'invoices.read', namespace: 'eu' })).toEqual(granted);
});

test('scopes and namespaces are compared by equality', () => {
  for (const scope of ['invoices', 'invoices.read.all', 'Invoices.read', '*', '']) {
    const { allowed, reason } = plane.apiKey(KEY, { scope });
    expect({ allowed, reason }).toEqual({ allowed: false, reason: 'scope-missing' });
  }
  expect(plane.apiKey(KEY, { namespace: 'us' })).toMatchObject({
    ...KNOWN,
    allowed: false,
    reason: 'namespace-mismatch',
  });
  state(keyDraft({ namespace: null }));
  expect(plane.apiKey(KEY).reason).toBe('granted');
  expect(plane.apiKey(KEY, { namespace: 'eu' }).reason).toBe('namespace-mismatch');
});

test('what is no key is malformed, whatever it is, and costs no look-up', () => {
  const wrong = [undefined, null, 7, {}, [], '', 'tenure_', KEY.toUpperCase(), `${KEY} `];
  for (const key of [...wrong, KEY.replace(/.$/, KEY.endsWith('a') ? 'b' : 'a')]) {
    expect(plane.apiKey(key)).toMatchObject({
      ...UNKNOWN,
      allowed: false,
      reason: 'key-malformed',
    });
  }
});

test('a key that nobody stated, or that was retracted, is unknown', () => {
  expect(plane.apiKey(OTHER)).toMatchObject({ ...UNKNOWN, allowed: false, reason: 'key-unknown' });
  state(retracted());
  expect(plane.apiKey(KEY)).toMatchObject({ ...UNKNOWN, allowed: false, reason: 'key-unknown' });
});

test('a key that is made anew under its id replaces the one before', () => {
  state(keyDraft({}, ID, OTHER));
  expect(plane.apiKey(KEY).reason).toBe('key-unknown');
  expect(plane.apiKey(OTHER).reason).toBe('granted');
});

test('a hash that two keys have is that of a broken registry: unknown, until one is gone', () => {
  state(keyDraft({}, OTHER_ID), GLOBEX);
  expect(plane.apiKey(KEY)).toMatchObject({ ...UNKNOWN, reason: 'key-unknown' });
  state(retracted());
  expect(plane.apiKey(KEY)).toMatchObject({ reason: 'granted', tenant: GLOBEX, id: OTHER_ID });
});

test('the first check that fails says why: tenant, then end, then scope, then namespace', () => {
  const until = new Date(fixture.clock.wallMs()).toISOString();
  state(keyDraft({ until }));
  const asked = { scope: 'other', namespace: 'us' };
  expect(plane.apiKey(KEY, asked).reason).toBe('key-expired');
  state(tenantDraft(ACME, 'frozen'));
  expect(plane.apiKey(KEY, asked)).toMatchObject({ ...KNOWN, reason: 'tenant-inactive' });
  state({ kind: 'tenant', subject: `tenant:${ACME}`, op: 'retract', body: {} });
  expect(plane.apiKey(KEY, asked).reason).toBe('tenant-unknown');
  state(tenantDraft(ACME));
  state(keyDraft({ until: new Date(fixture.clock.wallMs() + 1).toISOString() }));
  expect(plane.apiKey(KEY, asked).reason).toBe('scope-missing');
  expect(plane.apiKey(KEY, { ...asked, scope: 'invoices.read' }).reason).toBe('namespace-mismatch');
});

test('facts too old deny by the policy of keys, before anything is looked at', () => {
  fixture.clock.nowMs += 25 * 3_600_000;
  expect(plane.apiKey('no key')).toEqual({
    allowed: false,
    reason: 'facts-expired',
    ...UNKNOWN,
    freshness: 'expired',
  });
});

describe('in a snapshot', () => {
  test('a key of a tenant that nobody has asked for is found', async () => {
    await plane.close();
    fixture.registry.state = stateOf(fixture.writer);
    const { rmSync } = await import('node:fs');
    rmSync(fixture.directory, { recursive: true });
    const resting = await fixture.open();
    await resting.ready();
    expect(resting.stats()).toMatchObject({ snapshot: 7, applied: 0 });
    expect(resting.apiKey(KEY)).toMatchObject({ reason: 'granted', ...KNOWN });
  });
});
