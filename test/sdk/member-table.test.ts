import { expect, test } from '@jest/globals';
import { Index } from '../../sdk/typescript/decision-index.ts';
import { KEY_WORDS, writeKey } from '../../sdk/typescript/identity-key.ts';
import { MemberTable, NONE } from '../../sdk/typescript/member-table.ts';
import { ACME, GLOBEX, memberId } from './support/tenants.ts';
import { ISSUER, memberDraft, tenantDraft } from './support/fact-writer.ts';
import type { FactDraft, JsonObject } from '../../facts/core/types.ts';

const add = (table: MemberTable, tenant: string, sub: string, id: string): void =>
  table.add({
    id,
    tenant,
    tenantNumber: 0,
    identity: { issuer: ISSUER, sub },
    state: 'active',
    roles: 0,
  });

const idsOf = (table: MemberTable, tenant: string, sub: string): string[] => {
  const ids: string[] = [];
  for (let row = table.find(tenant, sub); row !== NONE; row = table.next(row)) {
    ids.push(table.idOf(row));
  }
  return ids.toSorted();
};

const keyOf = (tenant: string, sub: string): string | undefined => {
  const words = new Uint32Array(KEY_WORDS);
  return writeKey(tenant, sub, words) ? words.join(' ') : undefined;
};

/** Short enough to stand for itself, or hashed. */
const subjectOf = (n: number): string => (n % 2 === 0 ? `sub-${n}` : `auth0|a-longer-subject-${n}`);

test('thousands added and removed in any order are found exactly as a plain map finds them', () => {
  const table = new MemberTable();
  const rows = new Map<string, { tenant: string; sub: string }>();
  let state = 42;
  const next = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let turn = 0; turn < 20_000; turn += 1) {
    const tenant = next(2) === 0 ? ACME : GLOBEX;
    const sub = next(2) === 0 ? memberId(next(3_000)) : subjectOf(next(3_000));
    const id = `${turn}`;
    if (next(3) > 0) {
      add(table, tenant, sub, id);
      rows.set(id, { tenant, sub });
    } else {
      const [victim] = [...rows.keys()].slice(next(Math.min(rows.size, 50) || 1));
      if (victim === undefined) continue;
      const { tenant: of, sub: by } = rows.get(victim) ?? { tenant: ACME, sub: '' };
      table.remove(of, by, victim);
      rows.delete(victim);
    }
  }
  const expected = new Map<string, string[]>();
  for (const [id, { tenant, sub }] of rows) {
    const key = `${tenant} ${sub}`;
    expected.set(key, [...(expected.get(key) ?? []), id].toSorted());
  }
  for (const tenant of [ACME, GLOBEX]) {
    for (let n = 0; n < 3_000; n += 1) {
      for (const sub of [memberId(n), subjectOf(n)]) {
        expect(idsOf(table, tenant, sub)).toEqual(expected.get(`${tenant} ${sub}`) ?? []);
      }
    }
  }
});

test('a key is exact: no other text stands for the same subject', () => {
  const uuid = 'abcdef01-2345-6789-abcd-ef0123456789';
  const others = [
    uuid.toUpperCase(),
    uuid.replaceAll('-', ''),
    uuid.replace('-', '0'),
    `${uuid} `,
    'jane',
    'jane\0',
    '\0jane',
    'jan\u0165',
    '4\u0000'.repeat(12),
    'x'.repeat(24),
    'x'.repeat(25),
    'x'.repeat(26),
    uuid.replace('a', 'g'),
    uuid.replace('a', '\u0161'),
    '',
  ];
  const keys = [uuid, ...others].map((sub) => keyOf(ACME, sub));
  expect(new Set(keys).size).toBe(keys.length);
  expect(keyOf('acme', uuid)).toBeUndefined();
  expect(keyOf(uuid.toUpperCase(), uuid)).toBeUndefined();
});

test('a thousand tenants are known and kept apart', () => {
  const index = new Index();
  const tenant = (n: number): string => memberId(100_000 + n);
  const apply = (to: string, draft: FactDraft): void =>
    index.apply({ tenant: to, ...draft, body: draft.body as unknown as JsonObject });
  for (let n = 0; n < 1_000; n += 1) {
    apply(tenant(n), tenantDraft(tenant(n), n % 2 === 0 ? 'active' : 'frozen'));
    apply(tenant(n), memberDraft(memberId(n), 'jane', []));
  }
  for (let n = 0; n < 1_000; n += 1) {
    const reason = index.decide(ISSUER, 'jane', 'invoice:read', tenant(n), undefined);
    expect(reason).toBe(n % 2 === 0 ? 'no-permission' : 'tenant-inactive');
  }
});
