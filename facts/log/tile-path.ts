import { FactError } from '../core/errors.ts';
import { MAX_TILE_LEVEL, TILE_WIDTH } from './tiles.ts';
import type { Tile } from './tiles.ts';

/*
 * Paths of C2SP tlog-tiles, below the log's address:
 *
 *   tile/<level>/<index>[.p/<width>]          level 0..63; width 1..255, left out when full
 *   tile/entries/<index>[.p/<width>]          the entries behind the tile of level 0
 *
 *   index 1234067 = x001/x234/067             groups of three digits
 */

const PATH = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/;
const DIGITS = 3;

const formatIndex = (index: number): string => {
  const digits = String(index);
  const groups = digits
    .padStart(Math.ceil(digits.length / DIGITS) * DIGITS, '0')
    .match(/\d{3}/g) as string[];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
};

export const formatTilePath = ({ level, index, width }: Tile): string =>
  `tile/${level}/${formatIndex(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;

const isTile = ({ level, index, width }: Tile): boolean =>
  (level === 'entries' || level <= MAX_TILE_LEVEL) &&
  Number.isSafeInteger(index) &&
  width >= 1 &&
  width <= TILE_WIDTH;

/** Strict inverse of {@link formatTilePath}; throws `tile-path-malformed`. */
export const parseTilePath = (path: string): Tile => {
  const [, level, groups, width] = PATH.exec(path) ?? [];
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups?.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  // Formatting again finds leading zeros, needless groups and the full width written out.
  if (!isTile(tile) || formatTilePath(tile) !== path) {
    throw new FactError('tile-path-malformed', JSON.stringify(path));
  }
  return tile;
};
