import { createHash } from 'node:crypto';

/* RFC 6962 (section 2.1) as it is written there, by recursion; tiles and bundles by C2SP tlog-tiles. */

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

const rootOf = (hashes: readonly Buffer[]): Buffer => {
  if (hashes.length === 0) return sha256();
  const [only] = hashes;
  if (only !== undefined && hashes.length === 1) return only;
  let half = 1;
  while (half * 2 < hashes.length) half *= 2;
  return sha256(Buffer.of(1), rootOf(hashes.slice(0, half)), rootOf(hashes.slice(half)));
};

const entryHash = (entry: Buffer): Buffer => sha256(Buffer.of(0), entry);
const bytesIn = (hex: string): Buffer => Buffer.from(hex, 'hex');

export const treeRoot = (entries: readonly string[]): string =>
  rootOf(entries.map((entry) => entryHash(bytesIn(entry)))).toString('hex');

const HASH_BYTES = 32;
const TILE_HEIGHT = 8;

/** The node that a tile's bytes give. */
export const nodeInTile = (node: { level: number; index: number }, tile: string): string => {
  const height = node.level % TILE_HEIGHT;
  const first = (node.index * 2 ** height) % 2 ** TILE_HEIGHT;
  const hashes = Array.from({ length: 2 ** height }, (_, at) =>
    bytesIn(tile).subarray((first + at) * HASH_BYTES, (first + at + 1) * HASH_BYTES),
  );
  return rootOf(hashes).toString('hex');
};

/** The bytes of a bundle with these entries, in hexadecimal. */
export const bundleOf = (entries: readonly string[]): string =>
  entries.map((entry) => (entry.length / 2).toString(16).padStart(4, '0') + entry).join('');

export const leavesOf = (entries: readonly string[]): string[] =>
  entries.map((entry) => entryHash(bytesIn(entry)).toString('hex'));
