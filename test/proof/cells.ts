import { OPERATION_KINDS } from '../../domain/operation.ts';
import type { OperationKind } from '../../domain/operation.ts';
import { DEFAULT_TIMING } from '../../domain/saga-timing.ts';
import type { Touched } from '../../workflows/shared/step.ts';
import { SAGA_TABLES } from '../../workflows/tables.ts';
import type { StepRow } from '../../workflows/tables.ts';

/**
 * What becomes of one step's work (DESIGN 5.4), at one place: a message is lost; it arrives and its
 * reply is lost; it takes effect after it was given up; or the place dies by SIGKILL.
 */
export const FAULTS = ['lost', 'reply-lost', 'late', 'killed-before', 'killed-after'] as const;
export type Fault = (typeof FAULTS)[number];

/** `worker`: of the step's queue. `own`: the outside system that the step touches. */
export const PLACES = ['worker', 'temporal', 'postgres', 'nats', 'own'] as const;
export type Place = (typeof PLACES)[number];

/** One thing that goes wrong. */
export interface Break {
  /** Activity id: `dns`, or of a compensation `undo-dns`. */
  readonly at: string;
  readonly fault: Fault;
  readonly place: Place;
}

/** One run of one saga, and what goes wrong in it. */
export interface Cell {
  readonly kind: OperationKind;
  readonly breaks: readonly Break[];
}

/** Of the last compensation: what the acceptance reserved. */
const ACCEPTANCE = 'undo-acceptance';

const OUTSIDE: ReadonlySet<Touched> = new Set([
  'identity',
  'database',
  'route',
  'dns',
  'mail',
  'zone',
]);

export function rowsOf(kind: OperationKind): readonly StepRow[] {
  const timing = { ...DEFAULT_TIMING, settleMs: {} };
  return SAGA_TABLES[kind].steps({ operation: '', tenant: '', timing });
}

export function rowOf({ kind }: Cell, { at }: Break): StepRow | undefined {
  const step = at.replace(/^undo-/, '');
  return rowsOf(kind).find(({ name }) => name === step);
}

/** Whether all that goes wrong does so at outside systems. */
export function isOutside({ breaks }: Cell): boolean {
  return breaks.every(({ place }) => place === 'own');
}

export function isUndo({ at }: Break): boolean {
  return at.startsWith('undo-');
}

/** Something is taken back: what a broken compensation needs, and what an unknown outcome is for. */
export function unwinds(cell: Cell): boolean {
  return cell.breaks.some((each) => isUndo(each) || isUnknown(cell, each));
}

/**
 * The activity that refuses for good, so that the saga unwinds: its pivot, when every step is done;
 * or the step itself, of which nobody knows what became of the attempt before.
 */
export function refuserOf(cell: Cell): string | undefined {
  if (!unwinds(cell)) return undefined;
  const [first, second] = cell.breaks;
  const alone = second === undefined && first?.place === 'own' && isUnknown(cell, first);
  return alone ? first.at : rowsOf(cell.kind).find((row) => row.pivot === true)?.name;
}

/** Whether the saga comes to each of them: one that unwinds has no commit and nothing behind it. */
export function mayMeet(cell: Cell): boolean {
  const rows = rowsOf(cell.kind);
  const pivot = rows.findIndex((row) => row.pivot === true);
  const before = new Set(rows.slice(0, pivot).map(({ name }) => name));
  return !unwinds(cell) || cell.breaks.every((each) => isUndo(each) || before.has(each.at));
}

/** Outcomes that only the undo can mend; `killed-after` has the reply that is lost on the way on. */
function isUnknown(cell: Cell, each: Break): boolean {
  const { fault, place } = each;
  const unknown = fault === 'late' || (fault === 'reply-lost' && place === 'own');
  return unknown && !isUndo(each) && rowOf(cell, each)?.undo !== undefined;
}

/** A person or a date is waited for: servers die meanwhile. Its messages may be none. */
export function isWait(cell: Cell, each: Break): boolean {
  return !isUndo(each) && rowOf(cell, each)?.waits === true;
}

/** Each step and each compensation, broken in every way at every place that it needs. */
export function breaksOf(kind: OperationKind): Break[] {
  const rows = rowsOf(kind);
  const forward = rows.flatMap(({ name, touches }) => everyBreak(name, touches));
  const taken = rows.filter(({ undo }) => undo !== undefined);
  const back = taken.flatMap(({ name, touches }) => everyBreak(`undo-${name}`, touches));
  return [...forward, ...back, ...everyBreak(ACCEPTANCE, 'registry')];
}

function everyBreak(at: string, touches: Touched): Break[] {
  // The own server of a commit is Postgres, and that of the log is the worker of its queue.
  const places = PLACES.filter((place) => place !== 'own' || OUTSIDE.has(touches));
  return places.flatMap((place) => FAULTS.map((fault) => ({ at, fault, place })));
}

export function cellsOf(kind: OperationKind): Cell[] {
  return breaksOf(kind).map((each) => ({ kind, breaks: [each] }));
}

/** The whole matrix: a new step of any saga is in it. */
export function everyCell(): Cell[] {
  return OPERATION_KINDS.flatMap(cellsOf);
}

/** `provisionTenant undo-dns: late at own`: its name, and what a command finds it by. */
export function nameOf({ kind, breaks }: Cell): string {
  const what = breaks.map(({ at, fault, place }) => `${at}: ${fault} at ${place}`);
  return `${kind} ${what.join(' + ')}`;
}

/**
 * Whether it is done to a server or a process as a whole, and so to all sagas at once. `real`: its
 * outside system is a server too; an embedded one dies inside the worker.
 */
export function isStrike({ place, fault }: Break, real = false): boolean {
  const kills = fault === 'killed-before' || fault === 'killed-after';
  if (place === 'own') return kills && real;
  return kills || place !== 'worker';
}
