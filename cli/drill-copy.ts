import { randomBytes } from 'node:crypto';
import { toBase64Url } from '../facts/core/bytes.ts';
import { EMPTY_HEAD } from '../facts/core/chain.ts';
import type { ChainHead } from '../facts/core/chain.ts';
import { formatEnvelope } from '../facts/core/envelope.ts';
import { formatLine } from '../facts/core/line.ts';
import { preAuthEncoding } from '../facts/core/pae.ts';
import { encodePayload } from '../facts/core/payload.ts';
import { FIRST_EPOCH } from '../facts/core/types.ts';
import type { Fact } from '../facts/core/types.ts';
import { EMPTY_HASH, keyIdOf, leafHash, runningHash } from '../facts/crypto/hash.ts';
import { shardOf } from '../facts/crypto/shard.ts';
import { SEED_BYTES } from '../facts/crypto/sign.ts';
import type { FactSigner } from '../facts/crypto/sign.ts';
import { createOpensslSigner } from '../facts/crypto/sign-openssl.ts';
import { emptyHeads } from '../facts/log/heads.ts';
import { formatHeartbeat } from '../facts/log/heartbeat.ts';
import { formatKeySet, rootName, timeName } from '../facts/log/key-set.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { signNote } from '../facts/log/note.ts';
import { formatNoteKey } from '../facts/log/note-key.ts';
import { compromisedKey, openRange, revoked } from '../registry/next-key-set.ts';

const throwAway = (): FactSigner => createOpensslSigner(randomBytes(SEED_BYTES));

/** A log in memory with keys of its own, which are gone with the process. */
export class CopiedLog {
  readonly log: string;
  /** Lines of each shard that has some. */
  readonly shards = new Map<number, string[]>();
  readonly #root = throwAway();
  readonly #time = throwAway();
  readonly #heads = new Map<string, ChainHead>();
  readonly #shardHeads = emptyHeads();
  #fact = throwAway();
  #set: KeySet;
  #size = 0;
  #beats = 0;

  constructor(log: string) {
    this.log = log;
    this.#set = {
      ...{ log, version: 1, root: this.#root.publicKey, epochs: [] },
      fact: [openRange(this.#fact.publicKey, 0)],
      logKeys: [openRange(throwAway().publicKey, 0)],
      time: [this.#time.publicKey],
    };
  }

  /** What its readers pin. */
  get root(): string {
    return formatNoteKey(rootName(this.log), this.#root.publicKey);
  }

  get size(): number {
    return this.#size;
  }

  /** States a fact anew as the next of its tenant; gives its shard and its line. */
  write(fact: Fact): { readonly shard: number; readonly line: string } {
    const { tenant } = fact;
    const head = this.#heads.get(tenant) ?? EMPTY_HEAD;
    const place = { epoch: FIRST_EPOCH, seq: head.seq + 1, prev: head.hash };
    const payload = encodePayload({ ...fact, ...place });
    const leaf = leafHash(payload);
    this.#heads.set(tenant, { seq: place.seq, hash: toBase64Url(leaf) });
    const signature = this.#fact.sign(preAuthEncoding(payload));
    const keyId = keyIdOf(this.#fact.publicKey);
    const shard = shardOf(tenant);
    const { count: before = 0, hash = EMPTY_HASH } = this.#shardHeads[shard] ?? {};
    const position = before + 1;
    this.#shardHeads[shard] = { count: position, hash: runningHash(hash, leaf) };
    const envelope = formatEnvelope({ payload, keyId, signature });
    const line = formatLine({ position, index: this.#size, envelope });
    this.#size += 1;
    const lines = this.shards.get(shard) ?? [];
    this.shards.set(shard, lines);
    lines.push(line);
    return { shard, line };
  }

  /** The key that signs facts was stolen: as `tenure keys revoke` does it. */
  revokeFrom(index: number): void {
    const place = { nextIndex: this.#size, heartbeatKeySet: this.#set.version };
    const key = compromisedKey(this.#set, keyIdOf(this.#fact.publicKey), index, place);
    const next = throwAway();
    const set = revoked(this.#set, key, () => next.publicKey, place);
    this.#set = { ...set, version: set.version + 1 };
    this.#fact = next;
  }

  keySet(): Uint8Array {
    return this.#sign(rootName(this.log), formatKeySet(this.#set), this.#root);
  }

  heartbeat(): Uint8Array {
    this.#beats += 1;
    const text = formatHeartbeat({
      ...{ log: this.log, epoch: FIRST_EPOCH, fence: 1, keySetVersion: this.#set.version },
      at: new Date(this.#beats).toISOString(),
      checkpoint: null,
      heads: [...this.#shardHeads],
    });
    return this.#sign(timeName(this.log), text, this.#time);
  }

  #sign(name: string, text: string, signer: FactSigner): Uint8Array {
    return Buffer.from(signNote(text, [{ name, signer }]));
  }
}
