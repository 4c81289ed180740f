import type pg from 'pg';
import { toHex } from '../../../facts/core/bytes.ts';
import { parsePayload } from '../../../facts/core/payload.ts';
import type { Fact } from '../../../facts/core/types.ts';
import { EMPTY_HASH, runningHash } from '../../../facts/crypto/hash.ts';
import { shardName } from '../../../facts/crypto/shard.ts';
import { Index } from '../../../sdk/typescript/decision-index.ts';

/** Of what each shard ends with; more would only ask the same again. */
const ASKED_FACTS = 24;
const PERMISSIONS = ['tenant:update', 'project:deploy', 'invoice:read'];

export type Heads = Record<string, { position: number; index: number; hash: string }>;
type Asked = { question: object; answer: object };

/** What the registry's own database says: what planes must be, and all that they may have been. */
export type LogTruth = {
  heads: Heads;
  /** Questions about the newest facts, and what follows from all of them. */
  asked: Asked[];
  /** Whether a shard has ever ended with this hash at this position. */
  held(shard: string, position: number, hash: string): boolean;
};

type Row = { shard: number; position: string; index: string; leaf_hash: Buffer; payload: Buffer };

/** Where the sequencer says that each shard stands: quickly read, to know when to look closer. */
export async function readPositions(database: pg.Pool): Promise<Record<string, number>> {
  const { rows } = await database.query<{ shard: number; position: string }>(
    'select shard, position from shard_heads where position > 0',
  );
  return Object.fromEntries(rows.map((row) => [shardName(row.shard), Number(row.position)]));
}

export async function readTruth(database: pg.Pool): Promise<LogTruth> {
  const { rows } = await database.query<Row>(
    'select shard, position, index, leaf_hash, payload from facts order by shard, position',
  );
  const heads: Heads = {};
  const history = new Set<string>();
  const index = new Index();
  let hash = EMPTY_HASH;
  const facts = rows.map((row) => {
    const [shard, position] = [shardName(row.shard), Number(row.position)];
    hash = runningHash(position === 1 ? EMPTY_HASH : hash, row.leaf_hash);
    heads[shard] = { position, index: Number(row.index), hash: toHex(hash) };
    history.add(`${shard} ${position} ${toHex(hash)}`);
    const fact = parsePayload(row.payload);
    index.apply(fact);
    return { at: Number(row.index), fact };
  });
  const newest = facts.toSorted((a, b) => b.at - a.at).map(({ fact }) => fact);
  return {
    heads,
    asked: newest.slice(0, ASKED_FACTS).flatMap((fact) => askedAbout(fact, index)),
    held: (shard, position, at) => history.has(`${shard} ${position} ${at}`),
  };
}

function askedAbout(fact: Fact, index: Index): Asked[] {
  const { tenant, kind, op, body } = fact;
  const identity = kind === 'membership' && op === 'assert' ? body['identity'] : null;
  if (identity !== null && typeof identity === 'object' && 'issuer' in identity) {
    const { issuer, sub } = identity as { issuer: string; sub: string };
    return PERMISSIONS.map((permission) => {
      const reason = index.decide(issuer, sub, permission, tenant, undefined);
      const question = { op: 'can', issuer, sub, permission, tenant };
      return { question, answer: { allowed: reason === 'granted', reason } };
    });
  }
  if (kind !== 'entitlement') return [];
  const product = fact.subject.slice('entitlement:'.length);
  const { reason } = index.entitlement(tenant, product, Date.now());
  const question = { op: 'entitlement', tenant, product };
  return [{ question, answer: { entitled: reason === 'entitled', reason } }];
}
