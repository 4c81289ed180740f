import { describe, expect, test } from '@jest/globals';
import { toHex, utf8 } from '../../../facts/core/bytes.ts';
import { preAuthEncoding } from '../../../facts/core/pae.ts';
import { MAX_PAYLOAD_BYTES } from '../../../facts/core/payload.ts';
import { entryHash, leafHash } from '../../../facts/crypto/hash.ts';
import { formatBundle, MAX_ENTRY_BYTES, parseBundle } from '../../../facts/log/entry-bundle.ts';
import { checkConsistency, checkInclusion } from '../../../facts/log/proofs.ts';
import { planConsistency, planInclusion, readProof, readRoot } from '../../../facts/log/prove.ts';
import { growTiles } from '../../../facts/log/tile-growth.ts';
import { formatTilePath, parseTilePath } from '../../../facts/log/tile-path.ts';
import { bundleOf, newTiles, tileOfNode, tileWidth } from '../../../facts/log/tiles.ts';
import { TreeBuilder } from '../../../facts/log/tree.ts';
import { codeOf } from '../samples.ts';
import { MemoryLog } from './memory-log.ts';
import { manyLeaves } from './naive-tree.ts';

const MANY = 70_000;
const LEAVES = manyLeaves(MANY);
const pathsOf = (from: number, to: number) => [...newTiles(from, to)].map(formatTilePath);

describe('paths', () => {
  test('every tile has one path, and is read back from it', () => {
    for (const level of [0, 1, 63, 'entries'] as const) {
      for (const index of [0, 7, 999, 1_000, 999_999, 1_234_067, Number.MAX_SAFE_INTEGER]) {
        for (const width of [1, 255, 256]) {
          const tile = { level, index, width };
          expect(parseTilePath(formatTilePath(tile))).toEqual(tile);
        }
      }
    }
  });

  test('are as C2SP tlog-tiles draws them', () => {
    expect(formatTilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(formatTilePath({ level: 'entries', index: 0, width: 3 })).toBe('tile/entries/000.p/3');
  });
});

describe('the tiles of a tree', () => {
  test('of 70,000 leaves are those that C2SP tlog-tiles counts', () => {
    const tiles = [...newTiles(0, MANY)];
    const count = (level: number, isFull: boolean) =>
      tiles.filter((tile) => tile.level === level && (tile.width === 256) === isFull).length;
    expect([count(0, true), count(0, false)]).toEqual([273, 1]);
    expect([count(1, true), count(1, false)]).toEqual([1, 1]);
    expect([count(2, true), count(2, false)]).toEqual([0, 1]);
    expect(tiles).toHaveLength(277);
    expect(tiles.filter(({ width }) => width < 256).map(formatTilePath)).toEqual([
      'tile/0/273.p/112',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ]);
  });

  test('that are new are all and only those that the older tree did not have', () => {
    const sizes = [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, MANY];
    for (const from of sizes) {
      const had = new Set(pathsOf(0, from));
      for (const to of sizes.filter((size) => size >= from)) {
        expect(pathsOf(from, to)).toEqual(pathsOf(0, to).filter((path) => !had.has(path)));
      }
    }
  });

  test('have no hash beyond its size', () => {
    expect(tileWidth(0, 1, 256)).toBe(0);
    expect(tileWidth(1, 0, 255)).toBe(0);
    expect(tileWidth(0, 0, 2 ** 53 - 1)).toBe(256);
  });

  test('do not grow out of one that was cut', () => {
    const cut = () => new Uint8Array(4 * 32);
    expect(codeOf(() => [...growTiles(5, LEAVES.slice(0, 1), cut)])).toBe('tile-malformed');
  });

  test('that grow are those that are new, whatever is appended at once', () => {
    for (const batch of [1, 3, 255, 256, 257, 600]) {
      const log = new MemoryLog();
      for (let at = 0; at < 1_400; at += batch) {
        const leaves = LEAVES.slice(at, Math.min(at + batch, 1_400));
        const before = log.tree.size;
        expect(log.append(leaves)).toEqual([...newTiles(before, before + leaves.length)]);
      }
      expect(readRoot(1_400, log.nodes())).toEqual(log.tree.root());
      expect(log.tiles.size).toBeGreaterThanOrEqual(pathsOf(0, 1_400).length);
    }
  });
});

describe('nodes out of tiles', () => {
  const log = new MemoryLog(LEAVES);

  test('make the root that the builder has', () => {
    expect(toHex(readRoot(MANY, log.nodes()))).toBe(toHex(log.tree.root()));
  });

  test('make inclusion proofs that hold', () => {
    const head = { size: MANY, root: log.tree.root() };
    for (const index of [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, MANY - 1]) {
      const proof = readProof(planInclusion(index, MANY), log.nodes());
      checkInclusion({ index, leaf: LEAVES[index]!, proof }, head);
    }
  });

  test('make consistency proofs that hold', () => {
    const newer = { size: MANY, root: log.tree.root() };
    for (const size of [1, 255, 256, 257, 65_536, 65_537, MANY - 1]) {
      const tree = new TreeBuilder();
      for (const leaf of LEAVES.slice(0, size)) tree.append(leaf);
      const proof = readProof(planConsistency(size, MANY), log.nodes());
      checkConsistency({ size, root: tree.root() }, newer, proof);
    }
  });

  test('of a proof come from tiles that the tree has', () => {
    const had = new Set(pathsOf(0, MANY));
    for (const node of [...planInclusion(4_711, MANY), ...planConsistency(4_711, MANY)].flat()) {
      expect(had).toContain(formatTilePath(tileOfNode(node, MANY)));
    }
  });

  test('a changed tile is noticed by the proof that is made of it', () => {
    const readNode = new MemoryLog(LEAVES.with(300, new Uint8Array(32))).nodes();
    const proof = readProof(planInclusion(301, MANY), readNode);
    const claim = { index: 301, leaf: LEAVES[301]!, proof };
    const check = () => checkInclusion(claim, { size: MANY, root: log.tree.root() });
    expect(codeOf(check)).toBe('inclusion-proof-invalid');
  });

  test('a node that the tree does not have is not read', () => {
    const readNode = new MemoryLog(LEAVES.slice(0, 3)).nodes();
    expect(() => readNode({ level: 2, index: 0 })).toThrow(RangeError);
  });
});

describe('entry bundles', () => {
  const entries = [utf8('one'), new Uint8Array(), new Uint8Array(MAX_ENTRY_BYTES).fill(7)];

  test('give back their entries', () => {
    expect(parseBundle(formatBundle(entries), 3).map(toHex)).toEqual(entries.map(toHex));
    expect(parseBundle(formatBundle([]), 0)).toEqual([]);
  });

  test('hold the largest fact, and its leaf hash is that of the chain', () => {
    const payload = new Uint8Array(MAX_PAYLOAD_BYTES).fill(0x20);
    const [entry = new Uint8Array()] = parseBundle(formatBundle([preAuthEncoding(payload)]), 1);
    expect(entryHash(entry)).toEqual(leafHash(payload));
  });

  test('do not take an entry whose length does not fit', () => {
    expect(() => formatBundle([new Uint8Array(MAX_ENTRY_BYTES + 1)])).toThrow(RangeError);
  });

  test('that are cut anywhere are refused', () => {
    const bundle = formatBundle([utf8('one'), utf8('two')]);
    for (let length = 0; length < bundle.length; length += 1) {
      const check = () => parseBundle(bundle.subarray(0, length), 2);
      expect(codeOf(check)).toBe('entry-bundle-malformed');
    }
  });

  test('stand beside the tiles of level 0', () => {
    expect(formatTilePath(bundleOf({ level: 0, index: 1, width: 9 }))).toBe('tile/entries/001.p/9');
  });
});
