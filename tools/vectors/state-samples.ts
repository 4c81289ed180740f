import { gzipSync } from 'fflate';
import { toBase64, toBase64Url, toHex } from '../../facts/core/bytes.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { GENESIS_PREV } from '../../facts/core/types.ts';
import type { Fact } from '../../facts/core/types.ts';
import { sha256 } from '../../facts/crypto/hash.ts';
import { formatBlock, packPayloads } from '../../facts/log/state/block.ts';
import type { TenantChange } from '../../facts/log/state/grow.ts';
import { compareKeys, factKey, NO_PREFIX, tenantKey } from '../../facts/log/state/keys.ts';
import { formatTenants, parseTenants } from '../../facts/log/state/pages.ts';
import { MemoryState } from '../../test/facts/log/state/memory-state.ts';
import { OPERATION } from '../../test/sdk/support/fact-writer.ts';
import type { NodeFiles, TenantValue } from './log-vector.ts';

/* What vectors of the state tree are made of: facts of a later kind, as small as facts can be. */

export const STATE_LOG = 'a';

export const tenantId = (n: number): string =>
  `eeeeeeee-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

export const aTinyFact = (tenant: string, n: number, overrides: Partial<Fact> = {}): Fact => ({
  log: STATE_LOG,
  epoch: 1,
  tenant,
  seq: n,
  prev: GENESIS_PREV,
  id: OPERATION,
  kind: 'x',
  subject: `x:${n}`,
  op: 'assert',
  at: '2026-11-21T01:34:34.000Z',
  cause: { operation: OPERATION, actor: 'a' },
  body: {},
  ...overrides,
});

/** A tenant's live facts, and how many its chain has. */
export type Sample = { tenant: string; seq: number; facts: readonly Fact[] };

const HEAD = new Uint8Array(32).fill(7);

/** Tenant number n with so many tiny facts. */
export const sample = (n: number, count: number): Sample => ({
  tenant: tenantId(n),
  seq: Math.max(count, 1),
  facts: Array.from({ length: count }, (_, at) => aTinyFact(tenantId(n), at + 1)),
});

const keyOf = ({ kind, subject }: Fact): Uint8Array => factKey(kind, subject);

export const inOrder = (facts: readonly Fact[]): Fact[] =>
  facts.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)));

/** A block of these payloads, whatever they are. */
export const blockOf = (
  { tenant, seq, facts }: Sample,
  payloads = inOrder(facts).map(encodePayload),
): Uint8Array => {
  const packed = packPayloads(payloads);
  const live = payloads.length;
  return formatBlock({ tenant, seq, head: HEAD, live, payloads: packed, root: undefined });
};

export const byTenantKey = (samples: readonly Sample[]): Sample[] =>
  samples.toSorted((a, b) => compareKeys(tenantKey(a.tenant), tenantKey(b.tenant)));

export const pageOf = (samples: readonly Sample[]): Uint8Array =>
  formatTenants(byTenantKey(samples).map((one) => blockOf(one)));

/** Hash of a node of any form; of one that has none, 32 bytes of nines. */
export const hashOf = (node: Uint8Array): Uint8Array => {
  if (node[0] !== 2) return sha256(node);
  try {
    return parseTenants(node, NO_PREFIX).hash;
  } catch {
    return new Uint8Array(32).fill(9);
  }
};

export const valueOf = ({ tenant, seq, facts }: Sample): TenantValue => ({
  tenant,
  seq,
  head: toBase64Url(HEAD),
  live: inOrder(facts).map((fact) => ({
    kind: fact.kind,
    subject: fact.subject,
    seq: fact.seq,
  })),
});

export const valuesOf = (samples: readonly Sample[]): TenantValue[] =>
  byTenantKey(samples).map(valueOf);

const changeOf = ({ tenant, seq, facts }: Sample): TenantChange => ({
  tenant,
  seq,
  head: HEAD,
  facts: facts.map((fact) => ({ key: keyOf(fact), payload: encodePayload(fact) })),
});

/** The true tree over these tenants. */
export const treeOf = (samples: readonly Sample[]): MemoryState => {
  const state = new MemoryState();
  state.change(samples.map(changeOf));
  return state;
};

/** Compressed by a library that makes the same bytes everywhere. */
export const gzip = (node: Uint8Array): Uint8Array => gzipSync(node, { mtime: 0, level: 9 });

export const served = (nodes: Iterable<readonly [string, Uint8Array]>): NodeFiles =>
  Object.fromEntries([...nodes].map(([name, file]) => [name, toBase64(file)]));

/** One node alone, served as the root. */
export const asRoot = (node: Uint8Array, root = hashOf(node)) => ({
  root: toHex(root),
  nodes: served([[toHex(root), node]]),
});
