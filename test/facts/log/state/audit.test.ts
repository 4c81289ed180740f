import { expect, test } from '@jest/globals';
import { encodePayload } from '../../../../facts/core/payload.ts';
import { leafHash } from '../../../../facts/crypto/hash.ts';
import { StateAudit } from '../../../../facts/log/state/audit.ts';
import type { StateNote } from '../../../../facts/log/state/note.ts';
import { FactWriter, memberDraft, signer, tenantDraft } from '../../../sdk/support/fact-writer.ts';
import { aKeySet, aStateNote, headOfLines, headsOf } from '../../../sdk/support/log-writer.ts';
import { NEXT_FACT_KEY, rangeOf } from '../../../sdk/support/log-writer.ts';
import { ACME, GLOBEX, memberId, SHARD } from '../../../sdk/support/tenants.ts';
import { codeOf } from '../../samples.ts';
import { changesOf } from './changes.ts';
import { MemoryState } from './memory-state.ts';

const MEMBER = memberDraft(memberId(1), 'ann', ['owner']);

/** Two tenants, one with a member that came and went. */
const aLog = (): FactWriter => {
  const writer = new FactWriter();
  for (const tenant of [ACME, GLOBEX]) writer.write(tenant, tenantDraft(tenant));
  writer.write(ACME, MEMBER);
  writer.write(GLOBEX, memberDraft(memberId(2), 'bob', []));
  writer.write(ACME, { kind: 'membership', subject: MEMBER.subject, op: 'retract', body: {} });
  return writer;
};

const noteOf = (writer: FactWriter, overrides: Partial<StateNote> = {}): StateNote =>
  aStateNote({
    size: writer.facts.length,
    heads: headsOf({ [SHARD]: headOfLines(writer.linesOf(ACME)) }),
    ...overrides,
  });

/** The code of the refusal when a tree of `stated` is held against the log of `written`. */
const audit = (
  written: FactWriter,
  stated: FactWriter,
  overrides: Partial<StateNote> = {},
  set = aKeySet(),
): string | undefined => {
  const tree = new MemoryState();
  tree.change(changesOf(stated.facts));
  const state = new StateAudit(noteOf(stated, overrides), set);
  for (const fact of written.facts) state.add({ fact, leaf: leafHash(encodePayload(fact)) });
  return codeOf(() => {
    for (const tenant of tree.walk()) state.take(tenant);
    state.end();
  });
};

test('the tree of the log passes, also when the log has grown since', () => {
  const grown = aLog();
  grown.write(ACME, MEMBER);
  expect(audit(aLog(), aLog())).toBeUndefined();
  expect(audit(grown, aLog())).toBeUndefined();
});

test('a fact that the log does not have, or has otherwise, is found', () => {
  const more = aLog();
  more.write(ACME, memberDraft(memberId(9), 'thief', ['owner']));
  expect(audit(aLog(), more, { size: 5 })).toBe('state-fork');
  const other = new FactWriter();
  for (const { tenant, kind, subject, op, body } of aLog().facts) {
    const draft = { kind, subject, op, body } as Parameters<FactWriter['write']>[1];
    other.write(tenant, draft, op === 'assert' ? { at: '2026-11-21T02:00:00.000Z' } : {});
  }
  expect(audit(aLog(), other)).toBe('state-fork');
});

test('a retraction that is left out is found', () => {
  const less = new FactWriter();
  for (const tenant of [ACME, GLOBEX]) less.write(tenant, tenantDraft(tenant));
  less.write(ACME, MEMBER);
  less.write(GLOBEX, memberDraft(memberId(2), 'bob', []));
  expect(audit(aLog(), less, { size: 5 })).toBe('state-fork');
});

test('a tenant that is left out, and another head of a shard, are found', () => {
  const alone = new FactWriter();
  alone.write(ACME, tenantDraft(ACME));
  const both = new FactWriter();
  for (const tenant of [ACME, GLOBEX]) both.write(tenant, tenantDraft(tenant));
  expect(audit(both, alone, { size: 2 })).toBe('state-fork');
  expect(audit(aLog(), aLog(), { heads: headsOf() })).toBe('state-fork');
  expect(audit(alone, both)).toBe('state-fork');
});

test('what is void is not in it', () => {
  const fact = [rangeOf(signer, { to: 5, void: 3 }), rangeOf(NEXT_FACT_KEY, { from: 5 })];
  expect(audit(aLog(), aLog(), {}, aKeySet({ version: 2, fact }))).toBe('state-fork');
});
