import { execFileSync } from 'node:child_process';
import { OPERATION_KINDS } from '../../domain/operation.ts';
import type { OperationKind } from '../../domain/operation.ts';
import { ROOT } from '../../tools/run-command.ts';
import { Dice } from '../simulation/dice.ts';
import { breaksOf, cellsOf, everyCell, isStrike, mayMeet, nameOf } from './cells.ts';
import type { Break, Cell } from './cells.ts';
import { isTold } from './stories.ts';

const DAY_MS = 86_400_000;
/** Blows cost seconds each, however many sagas share them: a part of them, and of each a part. */
const STRIKES_SHARE = 0.25;

/** Today's, the same on every machine. */
export function seedOfToday(): number {
  return Math.floor(Date.now() / DAY_MS);
}

/** A share of the matrix by chance: the same seed, the same cells. */
export function sample(seed: number, share: number): Cell[] {
  const dice = new Dice(seed);
  const [blows, single] = [true, false].map((blow) =>
    everyCell().filter(({ breaks: [each] }) => each !== undefined && isStrike(each) === blow),
  );
  const kinds = shuffled(dice, [...new Set((blows ?? []).map(strikeOf))]);
  const kindsShare = Math.max(STRIKES_SHARE, share);
  const chosen = kinds.slice(0, Math.ceil(kinds.length * kindsShare));
  const among = (blows ?? []).filter((cell) => chosen.includes(strikeOf(cell)));
  const part = share / kindsShare;
  return sortedByStrike([
    ...(single ?? []).filter(() => dice.chance(share)),
    ...among.filter(() => dice.chance(part)),
  ]);
}

/** Sagas with two faults at once, by chance. */
export function pairs(seed: number, count: number): Cell[] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, () => {
    const kind = dice.pick(OPERATION_KINDS);
    const breaks = breaksOf(kind);
    const first = dice.pick(breaks);
    const others = breaks.filter(
      (each) => !isSameSpot(first, each) && isMet({ kind, breaks: [first, each] }),
    );
    return { kind, breaks: [first, dice.pick(others)] };
  });
}

/** In one saga, and in one of its stories. */
function isMet(cell: Cell): boolean {
  return mayMeet(cell) && isTold(cell);
}

/** A worker that sleeps through its attempt never comes to a second fault there. */
function isSameSpot(first: Break, second: Break): boolean {
  return first.at === second.at && first.place === second.place;
}

/** Those of one blow stand together, so that they share it; first those that need none. */
export function sortedByStrike(cells: readonly Cell[]): Cell[] {
  const rank = (cell: Cell) => (isSingle(cell) ? '' : strikeOf(cell));
  return cells.toSorted((one, other) => rank(one).localeCompare(rank(other)));
}

const isSingle = ({ breaks }: Cell): boolean => !breaks.some((each) => isStrike(each));

function strikeOf({ breaks }: Cell): string {
  const blow = breaks.find((each) => isStrike(each));
  return `${blow?.place} ${blow?.fault}`;
}

/** The cell of a name, as outcomes print it. */
export function cellNamed(name: string): Cell {
  const [kindName = '', ...rest] = name.split(' ');
  const kind = OPERATION_KINDS.find((each) => each === kindName);
  const breaks = rest
    .join(' ')
    .split(' + ')
    .flatMap((text) => breakNamed(kind, text) ?? []);
  const cell = { kind: kind ?? OPERATION_KINDS[0], breaks };
  if (nameOf(cell) !== name) throw new TypeError(`no cell is named "${name}"`);
  return cell;
}

function breakNamed(kind: OperationKind | undefined, text: string): Break | undefined {
  if (kind === undefined) return undefined;
  return breaksOf(kind).find((each) => nameOf({ kind, breaks: [each] }) === `${kind} ${text}`);
}

/** The saga library, the table of all sagas, and activities: any of them may run one. */
const EVERYONES = /^(workflows\/(shared\/|tables\.ts$)|activities\/)/;

/** Sagas that changed since the last commit of the main line, by files: theirs, or everyone's. */
export function changedCells(files: readonly string[] = changedFiles()): Cell[] {
  const all = files.some((file) => EVERYONES.test(file));
  const kinds = OPERATION_KINDS.filter((kind) => all || files.some((file) => isOf(kind, file)));
  return kinds.flatMap(cellsOf);
}

/** `workflows/provision-tenant/…` is of `provisionTenant`. */
function isOf(kind: OperationKind, file: string): boolean {
  const folder = kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return file.startsWith(`workflows/${folder}/`);
}

/**
 * By git: what is not committed, and the newest commit, which a shallow clone cannot compare.
 * Without git nothing has changed.
 */
export function changedFiles(repository = ROOT): string[] {
  const options = { cwd: repository, encoding: 'utf8', stdio: 'pipe' } as const;
  return [['HEAD'], ['HEAD^', 'HEAD']].flatMap((commits) => {
    try {
      const names = execFileSync('git', ['diff', '--name-only', ...commits], options);
      return names.split('\n').filter((name) => name !== '');
    } catch {
      return [];
    }
  });
}

function shuffled<T>(dice: Dice, items: readonly T[]): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(dice.between(0, rest.length), 1)[0] as T);
}
