import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { concatBytes, toBase64Url, utf8 } from '../facts/core/bytes.ts';
import { encodePayload } from '../facts/core/payload.ts';
import { FIRST_EPOCH, GENESIS_PREV, PLATFORM_TENANT } from '../facts/core/types.ts';
import type { Fact, JsonObject } from '../facts/core/types.ts';
import { EMPTY_HASH, leafHash, runningHash, sha256 } from '../facts/crypto/hash.ts';
import { shardOf } from '../facts/crypto/shard.ts';
import type { Head } from '../facts/log/heads.ts';
import { blockHash, blockWeight, formatBlock, packPayloads } from '../facts/log/state/block.ts';
import { formatInner, MAX_LEAF_WEIGHT } from '../facts/log/state/inner-node.ts';
import type { NodeRef } from '../facts/log/state/inner-node.ts';
import { compareKeys, FANOUT, factKey, nibbleAt, tenantKey } from '../facts/log/state/keys.ts';
import { formatTenants, TENANTS } from '../facts/log/state/pages.ts';
import { SnapshotWriter } from '../sdk/typescript/snapshot-file.ts';
import { LOG } from '../test/sdk/support/fact-writer.ts';
import { headsOf, keySetNote, stateNote } from '../test/sdk/support/log-writer.ts';

/*
 * A data plane's directory with the snapshot of many facts, as one that followed them all would
 * have left it: chains, running hashes, tree and signatures are true. Made by the tree's definition
 * and not by growing it, so that a million facts take seconds.
 */

export const ISSUER = 'https://id.example/realms/bench';
export const PERMISSION = 'project:read';
const OPERATION = '4f0c2a3b-0000-4000-8000-00000000000d';
const AT = '2026-11-21T01:34:34.000Z';

export const tenantAt = (number: number): string =>
  `7e57ab1e-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
export const subAt = (number: number): string => `sub-${number}`;

type Statement = { kind: string; subject: string; body: JsonObject };
/** A tenant's place in the tree. */
type Leaf = { key: Uint8Array; weight: number; block: Uint8Array };
/** A node with those below it, in the order in which they are kept. */
type Subtree = NodeRef & { node: Uint8Array; below: Subtree[] };

const uuid = (tenant: number, n: number): string =>
  `${tenant.toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

const statementsOf = (tenant: number, facts: number): Statement[] => [
  {
    kind: 'tenant',
    subject: `tenant:${tenantAt(tenant)}`,
    body: { slug: `t${tenant}`, state: 'active', plan: 'team', isolation: 'pool', demo: false },
  },
  ...Array.from({ length: facts - 1 }, (_, n): Statement => {
    const identity = { issuer: ISSUER, sub: subAt(n) };
    return {
      kind: 'membership',
      subject: `member:${uuid(tenant, n)}`,
      body: { state: 'active', identity, roles: ['reader'] },
    };
  }),
];

const PLATFORM: Statement[] = [
  {
    kind: 'role',
    subject: 'role:reader',
    body: { scope: 'tenant', permissions: [PERMISSION] },
  },
];

const factOf = (tenant: string, seq: number, prev: string, statement: Statement): Fact => ({
  log: LOG,
  epoch: FIRST_EPOCH,
  tenant,
  seq,
  prev,
  id: uuid(seq, 1),
  kind: statement.kind,
  subject: statement.subject,
  op: 'assert',
  at: AT,
  cause: { operation: OPERATION, actor: 'bench' },
  body: statement.body,
});

/** Writes a tenant's chain: its block, and its facts behind the shard's head. */
const writeTenant = (tenant: string, statements: readonly Statement[], heads: Head[]): Leaf => {
  const shard = shardOf(tenant);
  let { count, hash } = heads[shard] ?? { count: 0, hash: EMPTY_HASH };
  let [leaf, prev] = [EMPTY_HASH, GENESIS_PREV];
  const facts = statements.map((statement, at) => {
    const fact = factOf(tenant, at + 1, prev, statement);
    // The first of a tenant goes through all checks; the others are made like it.
    const payload = at === 0 ? encodePayload(fact) : utf8(JSON.stringify(fact));
    leaf = leafHash(payload);
    prev = toBase64Url(leaf);
    hash = runningHash(hash, leaf);
    count += 1;
    return { key: factKey(statement.kind, statement.subject), payload };
  });
  heads[shard] = { count, hash };
  const sorted = facts.toSorted((a, b) => compareKeys(a.key, b.key)).map(({ payload }) => payload);
  const live = facts.length;
  const packed = packPayloads(sorted);
  const block = { tenant, seq: live, head: leaf, live, payloads: packed, root: undefined };
  return { key: tenantKey(tenant), weight: blockWeight(block), block: formatBlock(block) };
};

const treeOf = (leaves: readonly Leaf[], depth: number): Subtree => {
  const weight = leaves.reduce((sum, leaf) => sum + leaf.weight, 0);
  if (weight <= MAX_LEAF_WEIGHT) {
    const slots = leaves.map(({ key, block }) => concatBytes(key, blockHash(block)));
    const hash = sha256(concatBytes(new Uint8Array([TENANTS]), ...slots));
    return { hash, weight, node: formatTenants(leaves.map(({ block }) => block)), below: [] };
  }
  const parts = Array.from({ length: FANOUT }, (): Leaf[] => []);
  for (const leaf of leaves) parts[nibbleAt(leaf.key, depth)]?.push(leaf);
  const children = parts.map((part) => (part.length === 0 ? null : treeOf(part, depth + 1)));
  const node = formatInner(children);
  return { hash: sha256(node), weight, node, below: children.filter((child) => child !== null) };
};

const writeTree = (writer: SnapshotWriter, { node, hash, below }: Subtree): void => {
  writer.add(node, hash);
  for (const child of below) writeTree(writer, child);
};

/** `tenants` of them, each with so many facts, 256 at most; and one role. */
export const writeFacts = (directory: string, tenants: number, factsPerTenant: number): void => {
  mkdirSync(join(directory, 'keys'), { recursive: true });
  const heads: Head[] = headsOf();
  const leaves = [writeTenant(PLATFORM_TENANT, PLATFORM, heads)];
  for (let n = 0; n < tenants; n += 1) {
    leaves.push(writeTenant(tenantAt(n), statementsOf(n, factsPerTenant), heads));
  }
  const tree = treeOf(
    leaves.toSorted((a, b) => compareKeys(a.key, b.key)),
    0,
  );
  const size = tenants * factsPerTenant + PLATFORM.length;
  const note = stateNote({ size, root: tree.hash, heads });
  const writer = new SnapshotWriter(directory, utf8(note));
  writeTree(writer, tree);
  writer.finish().close();
  writeFileSync(join(directory, 'keys', '1.note'), keySetNote());
  writeFileSync(join(directory, 'known.json'), JSON.stringify(Date.now()));
};
