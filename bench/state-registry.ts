import pg from 'pg';
import { createFactLog } from '../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../adapters/postgres/leader-lock.ts';
import { migrateUp } from '../adapters/postgres/migrate.ts';
import { toBase64Url, toHex, utf8 } from '../facts/core/bytes.ts';
import { preAuthEncoding } from '../facts/core/pae.ts';
import { GENESIS_PREV } from '../facts/core/types.ts';
import { EMPTY_HASH, keyIdOf, leafHash, runningHash } from '../facts/crypto/hash.ts';
import { shardOf } from '../facts/crypto/shard.ts';
import { createOpensslSigner } from '../facts/crypto/sign-openssl.ts';
import { formatCheckpoint } from '../facts/log/checkpoint.ts';
import { emptyHeads } from '../facts/log/heads.ts';
import { formatKeySet, rootName } from '../facts/log/key-set.ts';
import { growState } from '../facts/log/state/grow.ts';
import type { TenantChange } from '../facts/log/state/grow.ts';
import { factKey } from '../facts/log/state/keys.ts';
import { formatStateNote } from '../facts/log/state/note.ts';
import type { Signer } from '../ports/signer.ts';
import { cachingInnerNodes } from '../registry/cached-nodes.ts';
import { KeyRing, signNoteBy } from '../registry/key-ring.ts';
import { Snapshotter } from '../registry/snapshotter.ts';
import { hashOf } from '../registry/state-nodes.ts';
import { viewOfTenant } from '../registry/state-view.ts';

const LOG = 'tenure.example/bench';
const OPERATION = '00000000-0000-4000-8000-0000000000aa';
const NODES_AT_ONCE = 64;

const signerBy = (seed: number): Signer => {
  const key = createOpensslSigner(new Uint8Array(32).fill(seed));
  return { ...key, keyId: keyIdOf(key.publicKey) };
};
const [ROOT, FACT, LOG_KEY, TIME] = [1, 2, 3, 4].map(signerBy) as [Signer, Signer, Signer, Signer];

/** Chain of one tenant: its last fact. */
interface Chain {
  readonly tenant: string;
  seq: number;
  head: Uint8Array;
}

const tenantOf = (n: number): string =>
  `aaaaaaaa-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** By hand, since a million of them are made: a project of the tenant. */
function payloadOf({ tenant, seq, head }: Chain): Uint8Array {
  const prev = seq === 0 ? GENESIS_PREV : toBase64Url(head);
  return utf8(
    `{"log":"${LOG}","epoch":1,"tenant":"${tenant}","seq":${seq + 1},"prev":"${prev}",` +
      `"id":"${OPERATION}","kind":"project","subject":"project:${tenant}","op":"assert",` +
      `"at":"2026-11-21T00:00:00.000Z","cause":{"operation":"${OPERATION}","actor":"bench"},` +
      `"body":{"state":"active"}}`,
  );
}

/** A registry of many tenants of one fact each, whose history was never written. */
export class StateRegistry {
  readonly #tenants: number;
  readonly #pool: pg.Pool;
  readonly #facts: ReturnType<typeof createFactLog>;
  readonly #snapshotter: Snapshotter;
  /** As the API reads. */
  readonly #reading: Parameters<typeof viewOfTenant>[0];
  readonly #fence: number;
  /** Of the tenants that were changed. */
  readonly #chains = new Map<number, Chain>();
  readonly #positions: number[];
  #size: number;

  private constructor(
    tenants: number,
    { pool, facts, fence, positions }: Awaited<ReturnType<typeof load>>,
  ) {
    this.#tenants = tenants;
    this.#pool = pool;
    this.#facts = facts;
    this.#reading = { ...facts, ...cachingInnerNodes(facts) };
    this.#fence = fence;
    this.#positions = positions;
    this.#size = tenants;
    const keys = new KeyRing(LOG, () => [FACT, LOG_KEY, TIME], facts);
    this.#snapshotter = new Snapshotter({ log: LOG, keys, store: facts });
  }

  /** `databaseUrl`: of an empty database. */
  static async load(databaseUrl: string, tenants: number): Promise<StateRegistry> {
    return new StateRegistry(tenants, await load(databaseUrl, tenants));
  }

  /** Milliseconds of a snapshot after one more fact of each of these many tenants. */
  async increment(changed: number): Promise<number> {
    for (let at = 0; at < changed; at += 1) {
      await this.#change(Math.floor(Math.random() * this.#tenants));
    }
    await this.#pool.query(SAVE_NOTE, ['checkpoint', await checkpointOf(this.#size)]);
    const began = performance.now();
    await this.#snapshotter.run(this.#fence, () => false);
    return performance.now() - began;
  }

  /** A view of some tenant: milliseconds to make it, and its bytes. */
  async view(): Promise<{ ms: number; bytes: number }> {
    const tenant = tenantOf(Math.floor(Math.random() * this.#tenants));
    const began = performance.now();
    const view = await viewOfTenant(this.#reading, tenant);
    return { ms: performance.now() - began, bytes: view?.length ?? Number.NaN };
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#facts.close()]);
  }

  async #change(n: number): Promise<void> {
    const chain = this.#chains.get(n) ?? firstOf(n);
    this.#chains.set(n, chain);
    const payload = payloadOf(chain);
    const shard = shardOf(chain.tenant);
    const position = (this.#positions[shard] ?? 0) + 1;
    const signature = await FACT.sign(preAuthEncoding(payload));
    [chain.seq, chain.head] = [chain.seq + 1, leafHash(payload)];
    await this.#pool.query(
      `insert into facts (index, shard, position, tenant, seq, id, payload, leaf_hash, key_id,
         signature) values ($1, $2, $3, $4, $5, gen_random_uuid(), $6, $7, $8, $9)`,
      [
        ...[this.#size, shard, position, chain.tenant, chain.seq],
        ...[Buffer.from(payload), Buffer.from(chain.head), FACT.keyId, Buffer.from(signature)],
      ],
    );
    this.#positions[shard] = position;
    this.#size += 1;
  }
}

function firstOf(n: number): Chain {
  const chain = { tenant: tenantOf(n), seq: 0, head: EMPTY_HASH };
  return { ...chain, seq: 1, head: leafHash(payloadOf(chain)) };
}

const SAVE_NOTE = `insert into log_notes (kind, note) values ($1, $2)
  on conflict (kind) do update set note = excluded.note`;

function checkpointOf(size: number): Promise<string> {
  const text = formatCheckpoint({ origin: LOG, size, root: EMPTY_HASH, extensions: [] });
  return signNoteBy(text, { name: LOG, signer: LOG_KEY });
}

async function load(databaseUrl: string, tenants: number) {
  await migrateUp({ databaseUrl });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const facts = createFactLog({ databaseUrl });
  const leadership = await createLeaderLock({ databaseUrl }).acquire(new AbortController().signal);
  const { fence } = leadership;
  await leadership.resign();
  const { root, nodes, heads } = grow(tenants);
  const all = [...nodes].map(([name, node]) => ({ hash: hashOf(name), node }));
  for (let at = 0; at < all.length; at += NODES_AT_ONCE) {
    await facts.addStateNodes(1, all.slice(at, at + NODES_AT_ONCE));
  }
  const range = (key: Signer) => ({ key: key.publicKey, from: 0, to: null, void: null });
  const set = {
    ...{ log: LOG, version: 1, root: ROOT.publicKey, time: [TIME.publicKey], epochs: [] },
    ...{ fact: [range(FACT)], logKeys: [range(LOG_KEY)] },
  };
  const setNote = await signNoteBy(formatKeySet(set), { name: rootName(LOG), signer: ROOT });
  await pool.query('insert into key_sets (version, note) values (1, $1)', [setNote]);
  await pool.query('update log_head set key_set = 1, next_index = $1', [tenants]);
  const stated = { log: LOG, epoch: 1, size: tenants, keySetVersion: 1, root, heads };
  const note = await signNoteBy(formatStateNote(stated), { name: LOG, signer: LOG_KEY });
  await pool.query(SAVE_NOTE, ['state', note]);
  await pool.query('analyze');
  return { pool, facts, fence, positions: heads.map(({ count }) => count) };
}

/** The tree over all tenants, and the heads of their shards; shard by shard, as it is remade. */
function grow(tenants: number) {
  const byShard = Map.groupBy(Array(tenants).keys(), (n) => shardOf(tenantOf(n)));
  const growth = { written: new Map<string, Uint8Array>(), replaced: new Set<string>() };
  let root: Uint8Array | null = null;
  const heads = emptyHeads();
  for (const [shard, numbers] of byShard) {
    const changes = numbers.map(changeOf);
    const head = changes.reduce((hash, change) => runningHash(hash, change.head), EMPTY_HASH);
    heads[shard] = { count: numbers.length, hash: head };
    const reading = growState(root, changes, growth);
    let step = reading.next();
    // What a later shard replaces is taken out of the map: it has the whole tree and no more.
    while (step.done !== true) step = reading.next(pick(growth.written, step.value));
    root = step.value;
  }
  if (root === null) throw new Error('no tenants');
  return { root, nodes: growth.written, heads };
}

function pick(nodes: ReadonlyMap<string, Uint8Array>, hashes: readonly Uint8Array[]) {
  return new Map(hashes.map((hash) => [toHex(hash), nodes.get(toHex(hash)) as Uint8Array]));
}

function changeOf(n: number): TenantChange {
  const { tenant, seq, head } = firstOf(n);
  const payload = payloadOf({ tenant, seq: 0, head: EMPTY_HASH });
  return { tenant, seq, head, facts: [{ key: factKey('project', `project:${tenant}`), payload }] };
}
