import { describe, expect, test } from '@jest/globals';
import { OPERATION_KINDS } from '../../domain/operation.ts';
import { DEFAULT_TIMING } from '../../domain/saga-timing.ts';
import { BEGIN_RECONCILE_ALL } from '../../workflows/begin-reconcile-all/contract.ts';
import * as workflows from '../../workflows/all.ts';
import { SAGA_TABLES } from '../../workflows/tables.ts';

const INPUT = { operation: 'o', tenant: 't', timing: { ...DEFAULT_TIMING, settleMs: {} } };

/** A mail cannot be taken back: a saga may send one before its pivot when it means nothing yet; a look leaves nothing. */
const NOTHING_TO_UNDO: ReadonlySet<string> = new Set(['nothing', 'mail', 'zone']);

/** Begun by Temporal's schedule, to ask for an operation: no saga of its own. */
const OF_SCHEDULES = [BEGIN_RECONCILE_ALL];

test('every kind of operation has a workflow of its name; beside them are those of schedules', () => {
  const wanted = [...OPERATION_KINDS, ...OF_SCHEDULES];
  expect(Object.keys(workflows).toSorted()).toEqual(wanted.toSorted());
});

describe.each(OPERATION_KINDS)('the table of %s', (kind) => {
  const rows = SAGA_TABLES[kind].steps(INPUT);
  const pivot = rows.findIndex((row) => row.pivot === true);

  test('has exactly one pivot', () => {
    expect(rows.filter((row) => row.pivot === true)).toHaveLength(1);
  });

  test('takes back what is done before it, and nothing from it on', () => {
    const lasting = rows.slice(0, pivot).filter(({ touches }) => !NOTHING_TO_UNDO.has(touches));
    expect(lasting.filter(({ undo }) => undo === undefined)).toEqual([]);
    expect(rows.slice(pivot).filter(({ undo }) => undo !== undefined)).toEqual([]);
  });

  test('names each step once, as an activity id', () => {
    const names = rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^(?!undo-)[a-z]+(-[a-z]+)*$/);
  });
});
