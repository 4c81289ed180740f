import { concatBytes } from '../../core/bytes.ts';
import { EMPTY_HASH } from '../../crypto/hash.ts';
import { HASH_BYTES } from '../hashes.ts';
import { bigEndian, Cursor, nodeMalformed } from './cursor.ts';
import { FANOUT } from './keys.ts';

/*
 * Inner node, of the tree over tenants and of a tenant's own (facts-v1, "State tree"):
 *
 *   inner = 0x03 16(hash, 32 bytes || weight uint64)     of a child without anything both zero
 *   hash  = SHA-256(inner)
 */

export const INNER = 0x03;

/** The weight that a leaf node may have; what is heavier is parted by an inner node. */
export const MAX_LEAF_WEIGHT = 256;

/** A node as its parent names it. */
export type NodeRef = { hash: Uint8Array; weight: number };

/** By the next four bits of the key; null: nothing is there. */
export type Children = readonly (NodeRef | null)[];

export const weightOf = (children: Children): number =>
  children.reduce((sum, child) => sum + (child?.weight ?? 0), 0);

export const formatInner = (children: Children): Uint8Array =>
  concatBytes(
    new Uint8Array([INNER]),
    ...children.flatMap((child) => [child?.hash ?? EMPTY_HASH, bigEndian(child?.weight ?? 0, 8)]),
  );

const childOf = (file: Cursor): NodeRef | null => {
  const hash = file.take(HASH_BYTES);
  const weight = file.uint64();
  if (hash.some((byte) => byte !== 0) !== weight > 0) {
    throw nodeMalformed('a child with a hash or a weight alone');
  }
  return weight === 0 ? null : { hash, weight };
};

/** Strict inverse of {@link formatInner}. */
export const parseInner = (bytes: Uint8Array): Children => {
  const file = new Cursor(bytes);
  if (file.uint8() !== INNER) throw nodeMalformed('not an inner node');
  const children = Array.from({ length: FANOUT }, () => childOf(file));
  file.assureEnd();
  const weight = weightOf(children);
  if (!Number.isSafeInteger(weight)) throw nodeMalformed('a weight beyond 2^53 - 1');
  if (weight <= MAX_LEAF_WEIGHT) throw nodeMalformed(`an inner node of weight ${weight}`);
  return children;
};
