import { describe, expect, test } from '@jest/globals';
import { OPERATION_KINDS } from '../../domain/operation.ts';
import { FAULTS, PLACES, breaksOf, everyCell, nameOf, rowsOf } from './cells.ts';
import { cellNamed, changedCells, pairs, sample } from './choose.ts';
import { STORIES } from './stories.ts';

const COMMON = PLACES.filter((place) => place !== 'own');

describe.each(OPERATION_KINDS)('the proof matrix of %s', (kind) => {
  const rows = rowsOf(kind);
  const has = (at: string, place: string, fault: string) =>
    breaksOf(kind).some((each) => each.at === at && each.place === place && each.fault === fault);

  test('breaks each step and each compensation in every way, at every place', () => {
    const undone = rows.filter(({ undo }) => undo !== undefined);
    const ids = [...rows, ...undone].map(({ name }, at) =>
      at < rows.length ? name : `undo-${name}`,
    );
    for (const id of [...ids, 'undo-acceptance'])
      for (const place of COMMON)
        for (const fault of FAULTS) expect([id, has(id, place, fault)]).toEqual([id, true]);
  });

  test('breaks what a step touches outside, too', () => {
    const outside = rows.filter(({ touches }) => !['registry', 'log', 'nothing'].includes(touches));
    for (const { name } of outside)
      for (const fault of FAULTS) expect([name, has(name, 'own', fault)]).toEqual([name, true]);
  });

  test('has a story that passes each step', () => {
    const passed = (name: string) => STORIES[kind].some(({ skips = [] }) => !skips.includes(name));
    expect(rows.filter(({ name }) => !passed(name))).toEqual([]);
  });
});

test('a cell is found by its name, also two at once', () => {
  for (const cell of [...everyCell(), ...pairs(7, 50)])
    expect(cellNamed(nameOf(cell))).toEqual(cell);
  expect(() => cellNamed('provisionTenant dns: lost at home')).toThrow(/no cell is named/);
});

test('a seed gives the same tenth each time, and another seed another', () => {
  const names = (seed: number) => sample(seed, 0.1).map(nameOf);
  expect(names(20_783)).toEqual(names(20_783));
  expect(names(20_783)).not.toEqual(names(20_784));
  const counts = Array.from({ length: 50 }, (_, seed) => names(seed).length);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  expect(mean / everyCell().length).toBeGreaterThan(0.07);
  expect(mean / everyCell().length).toBeLessThan(0.13);
});

test('within a hundred days nearly every cell has its turn', () => {
  const seen = new Set(
    Array.from({ length: 100 }, (_, seed) => sample(seed, 0.1).map(nameOf)).flat(),
  );
  expect(seen.size / everyCell().length).toBeGreaterThan(0.99);
});

test('a changed saga is proved whole, a changed library with all sagas, a document with none', () => {
  const kinds = (...files: string[]) => [...new Set(changedCells(files).map(({ kind }) => kind))];
  expect(kinds('workflows/change-membership/workflow.ts')).toEqual(['changeMembership']);
  expect(kinds('workflows/shared/saga.ts')).toEqual(OPERATION_KINDS);
  expect(kinds('docs/README.md')).toEqual([]);
});
