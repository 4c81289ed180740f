import { concatBytes, fromHex, toHex } from '../../core/bytes.ts';
import { sha256 } from '../../crypto/hash.ts';
import { HASH_BYTES } from '../hashes.ts';
import { bigEndian, Cursor, nodeMalformed } from './cursor.ts';
import { MAX_LEAF_WEIGHT } from './inner-node.ts';

/*
 * Block of one tenant (facts-v1, "State tree"):
 *
 *   block = tenant, 16 bytes || seq uint64 || leaf hash of seq, 32 bytes || live uint32 || rest
 *   rest  = *(length uint16 || payload)            live <= 256: ascending by fact key
 *         / hash of the root of the tenant's own tree               live > 256
 *   hash  = SHA-256(0x05 || block)
 */

const BLOCK_DOMAIN = new Uint8Array([0x05]);
/** Where blocks are put behind their domain: 256 facts, of some 500 bytes, and a core's cache. */
const DESK = new Uint8Array(256 * 1024);
DESK.set(BLOCK_DOMAIN);
const UUID_BYTES = 16;

export type Block = {
  tenant: string;
  /** Where the tenant's chain stands: `seq`, and the leaf hash of that fact. */
  seq: number;
  head: Uint8Array;
  /** Number of live facts. */
  live: number;
  /** Packed payloads; undefined when they are in a tree of their own. */
  payloads: Uint8Array | undefined;
  /** Root of the tenant's own tree; undefined when the payloads are here. */
  root: Uint8Array | undefined;
};

/** What a tenant counts in the page that it stands in. */
export const blockWeight = ({ live }: Pick<Block, 'live'>): number =>
  live === 0 || live > MAX_LEAF_WEIGHT ? 1 : live;

export const blockHash = (block: Uint8Array): Uint8Array => {
  const length = BLOCK_DOMAIN.length + block.length;
  if (length > DESK.length) return sha256(concatBytes(BLOCK_DOMAIN, block));
  // Memory of its own for each would cost as much as its hash, and collecting it.
  DESK.set(block, BLOCK_DOMAIN.length);
  return sha256(DESK.subarray(0, length));
};

/** The tenant key (`tenantKey`) of the tenant whose block it is, by its bytes. */
export const keyOfBlock = (block: Uint8Array): Uint8Array => sha256(block.subarray(0, UUID_BYTES));

export const packPayloads = (payloads: readonly Uint8Array[]): Uint8Array =>
  concatBytes(...payloads.flatMap((payload) => [bigEndian(payload.length, 2), payload]));

/** Exactly `count` payloads; `state-node-malformed` for anything else. Views, not copies. */
export const unpackPayloads = (packed: Uint8Array, count: number): Uint8Array[] => {
  const file = new Cursor(packed);
  const payloads = Array.from({ length: count }, () => file.take(file.uint16()));
  file.assureEnd();
  return payloads;
};

export const formatBlock = ({ tenant, seq, head, live, payloads, root }: Block): Uint8Array =>
  concatBytes(
    fromHex(tenant.replaceAll('-', '')) ?? new Uint8Array(),
    bigEndian(seq, 8),
    head,
    bigEndian(live, 4),
    payloads ?? root ?? new Uint8Array(),
  );

const uuidOf = (bytes: Uint8Array): string => {
  const hex = toHex(bytes);
  const [low, mid, high] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16)];
  return `${low}-${mid}-${high}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** Walks over the lengths alone, without a cursor: of a million payloads it would cost. */
const assurePacked = (packed: Uint8Array, count: number): void => {
  let end = 0;
  for (let at = 0; at < count; at += 1) {
    // NaN, which no comparison holds of, where the length itself is cut.
    end += 2 + (packed[end] ?? NaN) * 256 + (packed[end + 1] ?? NaN);
    if (!(end <= packed.length)) throw nodeMalformed('it ends early');
  }
  if (end < packed.length) throw nodeMalformed(`${packed.length - end} bytes too many`);
};

/** Strict inverse of {@link formatBlock}, by the form alone; looks into no payload. */
export const parseBlock = (bytes: Uint8Array): Block => {
  const file = new Cursor(bytes);
  const tenant = uuidOf(file.take(UUID_BYTES));
  const seq = file.uint64();
  const head = file.take(HASH_BYTES);
  const live = file.uint32();
  if (live > MAX_LEAF_WEIGHT) {
    const root = file.take(HASH_BYTES);
    file.assureEnd();
    return { tenant, seq, head, live, payloads: undefined, root };
  }
  const payloads = file.rest();
  assurePacked(payloads, live);
  return { tenant, seq, head, live, payloads, root: undefined };
};
