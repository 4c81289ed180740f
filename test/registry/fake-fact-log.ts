import { FIRST_EPOCH } from '../../facts/core/types.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { toBase64Url } from '../../facts/core/bytes.ts';
import { EMPTY_HASH, leafHash } from '../../facts/crypto/hash.ts';
import { factId } from '../../facts/crypto/ids.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import type {
  FactReading,
  FactSequencing,
  LeaderLock,
  SignBatch,
  SignedFact,
  SignedHeads,
} from '../../ports/fact-log.ts';
import type { FactStream } from '../../ports/fact-stream.ts';
import type { UnsignedFact } from '../../ports/registry-store.ts';
import { parseLine } from '../../facts/core/line.ts';

export const LOG = 'tenure.example/test';
export const TENANT = '00000000-0000-0000-0000-000000000001';
const OPERATION = '00000000-0000-0000-0000-0000000000aa';

/** A chain of entitlement facts of one tenant, ready for the outbox. */
export function chainOf(length: number, tenant = TENANT, log = LOG): UnsignedFact[] {
  const facts: UnsignedFact[] = [];
  let prev = EMPTY_HASH;
  for (let seq = 1; seq <= length; seq += 1) {
    const id = factId(log, OPERATION, `commit-${tenant}`, seq);
    const payload = encodePayload({
      log,
      epoch: FIRST_EPOCH,
      tenant,
      seq,
      prev: toBase64Url(prev),
      id,
      kind: 'entitlement',
      subject: `entitlement:product-${seq}`,
      op: 'assert',
      at: '2026-11-21T00:00:00.000Z',
      cause: { operation: OPERATION, actor: 'operator' },
      body: { product: `product-${seq}`, plan: 'team', limits: { seats: seq }, until: null },
    });
    prev = leafHash(payload);
    facts.push({ id, tenant, seq, leafHash: prev, payload });
  }
  return facts;
}

/** The fact log as values: what Postgres does in one transaction happens in one call. */
export class FakeFactLog implements FactSequencing, FactReading {
  readonly outbox: UnsignedFact[] = [];
  readonly log: SignedFact[] = [];

  async sequence(_fence: number, limit: number, sign: SignBatch) {
    const batch = this.outbox.slice(0, limit);
    const positions = await this.shardPositions();
    const next = new Map(positions.entries());
    const placed = batch.map((fact, offset) => {
      const shard = shardOf(fact.tenant);
      const position = (next.get(shard) ?? 0) + 1;
      next.set(shard, position);
      return { ...fact, index: this.log.length + offset, shard, position };
    });
    const signed = await sign(placed, { keySet: 0, epoch: FIRST_EPOCH, heads: this.#heads() });
    this.log.push(...signed);
    this.outbox.splice(0, batch.length);
    return signed;
  }

  #heads(): SignedHeads {
    return new Map(
      this.log.map(({ tenant, seq, leafHash: hash }) => [tenant, { seq, hash }] as const),
    );
  }

  readShard(shard: number, from: number, limit: number) {
    const facts = this.log.filter((fact) => fact.shard === shard && fact.position >= from);
    return Promise.resolve(facts.slice(0, limit));
  }

  shardPositions() {
    const positions = Array.from({ length: 256 }, () => 0);
    for (const fact of this.log) positions[fact.shard] = fact.position;
    return Promise.resolve(positions);
  }

  leafOf(tenant: string, seq: number) {
    const fact = this.log.find((one) => one.tenant === tenant && one.seq === seq);
    return Promise.resolve(fact?.leafHash);
  }

  indexesOf(ids: readonly string[]) {
    const known = this.log.filter((fact) => ids.includes(fact.id));
    return Promise.resolve(new Map(known.map((fact) => [fact.id, fact.index])));
  }
}

/** A stream that can be down, forget its tail, or acknowledge without keeping. */
export class FakeStream implements FactStream {
  up = true;
  forgetful = false;
  readonly positions = new Map<number, number[]>();
  readonly last = new Map<number, readonly string[]>();

  publish(batches: Parameters<FactStream['publish']>[0]) {
    if (!this.up) return Promise.resolve(false);
    for (const batch of this.forgetful ? [] : batches) {
      const held = this.positions.get(batch.shard) ?? [];
      this.positions.set(batch.shard, held);
      this.last.set(batch.shard, batch.lines);
      held.push(...batch.lines.map((line) => parseLine(line).position));
    }
    return Promise.resolve(true);
  }

  announce() {}

  lastPosition(shard: number) {
    if (!this.up) return Promise.reject(new Error('down'));
    return Promise.resolve(this.positions.get(shard)?.at(-1) ?? 0);
  }

  lastLines(shard: number) {
    if (!this.up) return Promise.reject(new Error('down'));
    return Promise.resolve(this.last.get(shard) ?? []);
  }

  async *linesSince() {
    if (!this.up) throw new Error('down');
    for (const [shard, lines] of this.last) yield { shard, lines };
  }

  close() {
    return Promise.resolve();
  }
}

/** Everyone leads at once, until the signal. */
export const freeLock: LeaderLock = {
  acquire: () =>
    Promise.resolve({ fence: 1, lost: new Promise<void>(() => {}), resign: async () => {} }),
};
