import { beforeEach, expect, test } from '@jest/globals';
import { parsePayload } from '../../facts/core/payload.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { FactDraft } from '../../facts/core/types.ts';
import { EMPTY_HASH } from '../../facts/crypto/hash.ts';
import type { StepCommit, UnsignedFact } from '../../ports/registry-store.ts';
import type { KeyedFact, RevocationStore } from '../../ports/revocation-store.ts';
import { reassertVoid, touchedBy } from '../../registry/reassert.ts';
import { memberOf, tenantOf, viewOf } from '../domain/views.ts';
import { FactWriter, LOG, memberDraft, tenantDraft } from '../sdk/support/fact-writer.ts';
import { ACME, GLOBEX, memberId, projectId } from '../sdk/support/tenants.ts';

const KEY = { keyId: 'stolen', from: 2 };
const CLOCK = { nowMs: () => 1_000 };
const role = (name: string): FactDraft => {
  const body = { scope: 'tenant' as const, permissions: ['tenant:read'] };
  return { kind: 'role', subject: `role:${name}`, op: 'assert', body };
};

/** A log by one key, and the registry's rows, as values. */
class FakeRevocations implements RevocationStore {
  readonly writer = new FactWriter();
  readonly outbox: UnsignedFact[] = [];
  readonly audit: string[] = [];
  readonly #commits = new Map<string, StepCommit>();
  /** Transactions that succeed before the database is away. */
  left = Number.POSITIVE_INFINITY;
  transactions = 0;

  signedBy(keyId: string, from: number, limit: number): Promise<readonly KeyedFact[]> {
    const facts = this.writer.facts.map((fact, index) => ({ index, payload: encodePayload(fact) }));
    const signed = keyId === KEY.keyId ? facts.slice(from, from + Math.min(limit, 2)) : [];
    return Promise.resolve(signed);
  }

  transact: RevocationStore['transact'] = (tenant, work) => {
    if (this.left === 0) return Promise.reject(new Error('the database is away'));
    this.left -= 1;
    this.transactions += 1;
    const head = { seq: 10, hash: EMPTY_HASH };
    return work({
      findCommit: (operation, step) => Promise.resolve(this.#commits.get(`${operation}/${step}`)),
      view: () =>
        Promise.resolve(
          viewOf({
            tenant: tenantOf({ id: tenant }),
            members: [memberOf({ id: memberId(1), tenant })],
          }),
        ),
      head: () => Promise.resolve({ ...head, epoch: 3 }),
      appendFacts: async (facts) => void this.outbox.push(...facts),
      appendAudit: async (rows) => void this.audit.push(...rows.map(({ action }) => action)),
      saveCommit: async (commit) =>
        void this.#commits.set(`${commit.operation}/${commit.step}`, commit),
    });
  };
}

let store: FakeRevocations;
beforeEach(() => {
  store = new FakeRevocations();
  const { writer } = store;
  writer.write(ACME, tenantDraft(ACME));
  writer.write(PLATFORM_TENANT, role('org-owner'));
  // Void from here on.
  writer.write(ACME, memberDraft(memberId(1), 'jane', ['org-owner']));
  writer.write(ACME, memberDraft(memberId(1), 'jane', ['org-member']));
  writer.write(PLATFORM_TENANT, role('org-member'));
  writer.write(ACME, memberDraft(memberId(2), 'thief', ['org-owner']));
  writer.write(GLOBEX, tenantDraft(GLOBEX));
});

const stated = () =>
  store.outbox.map(({ payload }) => {
    const { tenant, subject, op } = parsePayload(payload);
    return [tenant, subject, op];
  });
const ALL = [
  [PLATFORM_TENANT, 'role:org-member', 'assert'],
  [ACME, `member:${memberId(1)}`, 'assert'],
  // The registry knows of no such member.
  [ACME, `member:${memberId(2)}`, 'retract'],
  [GLOBEX, `tenant:${GLOBEX}`, 'assert'],
];
const reassert = () => reassertVoid({ store, clock: CLOCK }, { log: LOG }, KEY);

test('each subject of a void fact is stated once, by the registry’s rows, the platform first', async () => {
  expect(await reassert()).toMatchObject({ facts: 5, written: 4 });
  expect(stated()).toEqual(ALL);
  const [first] = store.outbox;
  expect(parsePayload(first?.payload ?? new Uint8Array())).toMatchObject({ seq: 11, epoch: 3 });
  expect(store.audit).toEqual(['facts.reasserted', 'facts.reasserted', 'facts.reasserted']);
});

test('run again, nothing is written twice', async () => {
  await reassert();
  expect(await reassert()).toMatchObject({ facts: 5, written: 0 });
  expect(stated()).toEqual(ALL);
});

test('interrupted, it finishes when it is run again', async () => {
  store.left = 1;
  await expect(reassert()).rejects.toThrow('away');
  expect(stated()).toEqual(ALL.slice(0, 1));
  store.left = Number.POSITIVE_INFINITY;
  expect(await reassert()).toMatchObject({ written: 3 });
  expect(stated()).toEqual(ALL);
});

test('another key, or an index behind the last, touches nothing', async () => {
  const none = { facts: 0, tenants: new Map() };
  expect(await touchedBy(store, { ...KEY, keyId: 'another' })).toEqual(none);
  expect(await touchedBy(store, { ...KEY, from: 7 })).toEqual(none);
});

test('a fact that could not be stated again is told before anything is done', async () => {
  const subject = `project:${projectId(1)}`;
  store.writer.write(ACME, { kind: 'project', subject, op: 'assert', body: { state: 'active' } });
  await expect(reassert()).rejects.toThrow('no rows of project facts');
  expect(store.transactions).toBe(0);
});
