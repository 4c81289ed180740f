import { concatBytes, fromHex } from '../../core/bytes.ts';
import { sha256 } from '../../crypto/hash.ts';
import { HASH_BYTES } from '../hashes.ts';
import { blockHash, blockWeight, keyOfBlock, packPayloads } from './block.ts';
import { parseBlock, unpackPayloads } from './block.ts';
import type { Block } from './block.ts';
import { bigEndian, Cursor, nodeMalformed } from './cursor.ts';
import { MAX_LEAF_WEIGHT } from './inner-node.ts';
import { compareKeys, hasPrefix, tenantKey } from './keys.ts';
import type { Prefix } from './keys.ts';

/*
 * Leaf nodes of the state tree, and the page that stands for one in a view:
 *
 *   tenants = 0x02 count uint16 *(length uint32 || block)                      by tenant key
 *   facts   = 0x04 count uint16 *(length uint16 || payload)                    by fact key
 *   page    = 0x06 count uint16 *slot
 *   slot    = 0x00 || tenant key || block hash / 0x01 || length uint32 || block
 *
 *   hash of facts            = SHA-256(facts)
 *   hash of tenants and page = SHA-256(0x02 || *(tenant key || block hash))
 */

export const TENANTS = 0x02;
export const FACTS = 0x04;
export const PAGE = 0x06;

/** A tenant's place in a page. */
export type Slot = {
  key: Uint8Array;
  blockHash: Uint8Array;
  /** Undefined when a view keeps it back. */
  block: Block | undefined;
};

/** What a page says of every tenant, shown or kept back. */
type Hashes = Pick<Slot, 'key' | 'blockHash'>;

/** At once: so many small updates would cost more than their hash. */
const hashOfSlots = (slots: readonly Hashes[]): Uint8Array => {
  const hashes = slots.flatMap((slot) => [slot.key, slot.blockHash]);
  return sha256(concatBytes(new Uint8Array([TENANTS]), ...hashes));
};

const hashesOf = (bytes: Uint8Array): Hashes => ({
  key: keyOfBlock(bytes),
  blockHash: blockHash(bytes),
});

/** Hashed first, which reads in order what comes from the disk; to parse is to jump about in it. */
const slotOf = (bytes: Uint8Array): Slot => {
  const hashes = hashesOf(bytes);
  return { ...hashes, block: parseBlock(bytes) };
};

const assureOrder = (slots: readonly Slot[], prefix: Prefix): void => {
  // Whoever is hidden weighs at least 1.
  if (slots.length > MAX_LEAF_WEIGHT) throw nodeMalformed(`${slots.length} tenants in a page`);
  for (const [at, { key }] of slots.entries()) {
    const before = slots[at - 1];
    if (before !== undefined && compareKeys(before.key, key) >= 0) {
      throw nodeMalformed('its tenants are not in order');
    }
    if (!hasPrefix(key, prefix)) throw nodeMalformed('a tenant of another page');
  }
};

/** What a leaf of the tree over tenants holds, and its hash. `weight`: unknown of a view's page. */
export type TenantsNode = { slots: Slot[]; hash: Uint8Array; weight: number | undefined };

export const formatTenants = (blocks: readonly Uint8Array[]): Uint8Array =>
  concatBytes(
    new Uint8Array([TENANTS]),
    bigEndian(blocks.length, 2),
    ...blocks.flatMap((block) => [bigEndian(block.length, 4), block]),
  );

/** The blocks of a `tenants` node, as their bytes. */
export const splitTenants = (bytes: Uint8Array): Uint8Array[] => {
  const file = new Cursor(bytes);
  if (file.uint8() !== TENANTS) throw nodeMalformed('not a node of tenants');
  const blocks = Array.from({ length: file.uint16() }, () => file.take(file.uint32()));
  file.assureEnd();
  return blocks;
};

/** Strict inverse of {@link formatTenants}; checks 9 and 10 of facts-v1, "State tree". */
export const parseTenants = (bytes: Uint8Array, prefix: Prefix): TenantsNode => {
  const slots = splitTenants(bytes).map(slotOf);
  assureOrder(slots, prefix);
  const weight = slots.reduce((sum, { block }) => sum + (block ? blockWeight(block) : 0), 0);
  if (weight > MAX_LEAF_WEIGHT) throw nodeMalformed(`a page of weight ${weight}`);
  return { slots, hash: hashOfSlots(slots), weight };
};

const HIDDEN = new Uint8Array([0]);
const SHOWN = new Uint8Array([1]);

/**
 * The page of a view: one tenant's block, and of the others only what they hash to. Looks into no
 * block: whether the page is the right one shows when it is parsed, as its reader will.
 */
export const formatPage = (blocks: readonly Uint8Array[], tenant: string): Uint8Array => {
  const asked = tenantKey(tenant);
  const parts = blocks.flatMap((bytes) => {
    const { key, blockHash } = hashesOf(bytes);
    return compareKeys(key, asked) === 0
      ? [SHOWN, bigEndian(bytes.length, 4), bytes]
      : [HIDDEN, key, blockHash];
  });
  return concatBytes(new Uint8Array([PAGE]), bigEndian(blocks.length, 2), ...parts);
};

const parseSlot = (file: Cursor): Slot => {
  const form = file.uint8();
  if (form === 1) return slotOf(file.take(file.uint32()));
  if (form !== 0) throw nodeMalformed(`${form} is no form of a block`);
  return { key: file.take(HASH_BYTES), blockHash: file.take(HASH_BYTES), block: undefined };
};

/** Strict inverse of {@link formatPage}. Only the tenant that is asked for may show its block. */
export const parsePage = (bytes: Uint8Array, prefix: Prefix, tenant: string): TenantsNode => {
  const file = new Cursor(bytes);
  if (file.uint8() !== PAGE) throw nodeMalformed('not the page of a view');
  const slots = Array.from({ length: file.uint16() }, () => parseSlot(file));
  file.assureEnd();
  assureOrder(slots, prefix);
  const key = tenantKey(tenant);
  for (const slot of slots) {
    const isAsked = compareKeys(slot.key, key) === 0;
    if (isAsked !== (slot.block !== undefined)) {
      throw nodeMalformed("another block than the tenant's, or not the tenant's");
    }
  }
  return { slots, hash: hashOfSlots(slots), weight: undefined };
};

export const formatFacts = (payloads: readonly Uint8Array[]): Uint8Array =>
  concatBytes(new Uint8Array([FACTS]), bigEndian(payloads.length, 2), packPayloads(payloads));

/** A leaf of a tenant's own tree. `packed`: its payloads, as in a block. */
export type FactsNode = { packed: Uint8Array; count: number; hash: Uint8Array };

/** Strict inverse of {@link formatFacts}; looks into no payload. */
export const parseFacts = (bytes: Uint8Array): FactsNode => {
  const file = new Cursor(bytes);
  if (file.uint8() !== FACTS) throw nodeMalformed('not a node of facts');
  const count = file.uint16();
  const packed = file.rest();
  unpackPayloads(packed, count);
  if (count > MAX_LEAF_WEIGHT) throw nodeMalformed(`a page of weight ${count}`);
  return { packed, count, hash: sha256(bytes) };
};

/** The hash by which a node, unpacked, is named. Only for nodes that were verified once. */
export const nodeHash = (node: Uint8Array): Uint8Array =>
  node[0] === TENANTS ? hashOfSlots(splitTenants(node).map(hashesOf)) : sha256(node);

export const EMPTY_TENANTS: Uint8Array = formatTenants([]);
/** Root of the tree of no tenant. */
export const EMPTY_STATE: Uint8Array = sha256(fromHex('02') ?? new Uint8Array());
