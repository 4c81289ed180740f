import { concatBytes, toHex, utf8 } from '../../facts/core/bytes.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { formatBundle } from '../../facts/log/entry-bundle.ts';
import { entryHash } from '../../facts/crypto/hash.ts';
import { nodeHash } from '../../facts/log/hashes.ts';
import type { LogVector, RefusedCase } from './log-vector.ts';

const ENTRIES = ['one', '', 'three'].map(utf8);
const BUNDLE = toHex(formatBundle(ENTRIES));
const [one, two, three] = [entryHash(utf8('one')), entryHash(utf8('')), entryHash(utf8('three'))];
const LEAVES = [one, two, three];
const TILE = toHex(concatBytes(...LEAVES));

type Level = number | 'entries';

const path = (rule: string, text: string, level: Level, index: number, width = 256): LogVector => ({
  rule,
  check: 'tile-path',
  input: { path: text },
  expect: { value: { level, index, width } },
});

const tiles = (rule: string, size: number, value: string[]): LogVector => ({
  rule,
  check: 'tiles',
  input: { size },
  expect: { value },
});

export const VALID_TILES: Record<string, LogVector> = {
  'tile-path': path('a full tile', 'tile/0/000', 0, 0),
  'tile-path-groups': path('the example of C2SP tlog-tiles', 'tile/1/x001/x234/067', 1, 1_234_067),
  'tile-path-partial': path('a partial tile', 'tile/63/x001/000.p/255', 63, 1_000, 255),
  'tile-path-entries': path('a partial bundle', 'tile/entries/999.p/1', 'entries', 999, 1),
  'tile-path-largest': path(
    'the largest index',
    'tile/entries/x009/x007/x199/x254/x740/991',
    'entries',
    Number.MAX_SAFE_INTEGER,
  ),
  'tiles-none': tiles('an empty tree has none', 0, []),
  'tiles-partial': tiles('one partial tile', 255, ['tile/0/000.p/255']),
  'tiles-full': tiles('a full tile is a hash of the level above', 256, [
    'tile/0/000',
    'tile/1/000.p/1',
  ]),
  'tiles-two-levels': tiles('a partial tile is none', 515, [
    'tile/0/000',
    'tile/0/001',
    'tile/0/002.p/3',
    'tile/1/000.p/2',
  ]),
  'tile-node-leaf': {
    rule: 'a leaf hash stands in the tile',
    check: 'tile-node',
    input: { size: 3, level: 0, index: 2, tile: TILE },
    expect: { value: { path: 'tile/0/000.p/3', hash: toHex(three) } },
  },
  'tile-node-inner': {
    rule: 'a node between is hashed from the tile',
    check: 'tile-node',
    input: { size: 3, level: 1, index: 0, tile: TILE },
    expect: { value: { path: 'tile/0/000.p/3', hash: toHex(nodeHash(one, two)) } },
  },
  'tile-node-level': {
    rule: 'a node of height 9 is hashed from the tile of level 1',
    check: 'tile-node',
    input: { size: 70_000, level: 9, index: 135, tile: TILE.slice(0, 64).repeat(17) },
    expect: { value: { path: 'tile/1/001.p/17', hash: toHex(nodeHash(one, one)) } },
  },
  'entry-bundle': {
    rule: 'three entries, one of them empty, and their leaf hashes',
    check: 'entry-bundle',
    input: { width: 3, bundle: BUNDLE },
    expect: { value: { entries: ENTRIES.map(toHex), leaves: LEAVES.map(toHex) } },
  },
};

const noPath = (rule: string, text: string) =>
  ({ rule, check: 'tile-path', input: { path: text } }) as const;

const noTile = (rule: string, tile: string) =>
  ({ rule, check: 'tile-node', input: { size: 3, level: 0, index: 0, tile } }) as const;

const noBundle = (rule: string, bundle: string, width = 3) =>
  ({ rule, check: 'entry-bundle', input: { width, bundle } }) as const;

type Code = FactErrorCode | `${FactErrorCode}--${string}`;

export const INVALID_TILES = {
  'tile-path-malformed': noPath('no index', 'tile/0'),
  'tile-path-malformed--slash-first': noPath('a slash before it', '/tile/0/000'),
  'tile-path-malformed--slash-last': noPath('a slash behind it', 'tile/0/000/'),
  'tile-path-malformed--line-end': noPath('a newline behind it', 'tile/0/000\n'),
  'tile-path-malformed--level': noPath('level 64', 'tile/64/000'),
  'tile-path-malformed--level-zero': noPath('00 for 0', 'tile/00/000'),
  'tile-path-malformed--short-group': noPath('two digits', 'tile/0/00'),
  'tile-path-malformed--no-x': noPath('a group without its x', 'tile/0/001/234'),
  'tile-path-malformed--x-last': noPath('an x at the last group', 'tile/0/x001/x234'),
  'tile-path-malformed--empty-group': noPath('a group that is not needed', 'tile/0/x000/001'),
  'tile-path-malformed--index': noPath('2^53', 'tile/0/x009/x007/x199/x254/x740/992'),
  'tile-path-malformed--width-zero': noPath('no hashes', 'tile/0/000.p/0'),
  'tile-path-malformed--width-full': noPath('a full tile called partial', 'tile/0/000.p/256'),
  'tile-path-malformed--width-leading-zero': noPath('01 for 1', 'tile/0/000.p/01'),
  'tile-path-malformed--other-digits': noPath('digits that are not ASCII', 'tile/0/٠٠٠'),
  'tile-malformed': noTile('two hashes where the tree has three', TILE.slice(64)),
  'tile-malformed--too-long': noTile(
    'four hashes where the tree has three',
    TILE + TILE.slice(128),
  ),
  'tile-malformed--cut': noTile('cut within a hash', TILE.slice(2)),
  'entry-bundle-malformed': noBundle('cut within an entry', BUNDLE.slice(0, -2)),
  'entry-bundle-malformed--length-cut': noBundle('cut within a length', `${BUNDLE}00`, 4),
  'entry-bundle-malformed--too-few': noBundle('an entry too few', BUNDLE, 4),
  'entry-bundle-malformed--too-many': noBundle('an entry too many', BUNDLE, 2),
} satisfies Partial<Record<Code, RefusedCase>>;
