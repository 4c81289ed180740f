import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { OPERATION_KINDS } from '../../domain/operation.ts';
import { FAULTS, PLACES, breaksOf, cellsOf, everyCell, isStrike, nameOf, rowsOf } from './cells.ts';
import type { Cell } from './cells.ts';
import { cellNamed, changedCells, changedFiles, pairs, sample } from './choose.ts';
import { STORIES, storyOf } from './stories.ts';

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

  test('breaks each step in each story that passes it', () => {
    const passing = (name: string) =>
      STORIES[kind].filter(({ skips = [] }) => !skips.includes(name));
    for (const { name } of rows) {
      const cells = cellsOf(kind).filter(({ breaks: [each] }) => each?.at === name);
      const told = new Set(cells.map((cell) => storyOf(cell)));
      expect([name, told]).toEqual([name, new Set(passing(name))]);
    }
  });
});

test('a story that skips a broken step is not told', () => {
  const [whole] = STORIES.changeMembership;
  const without = (...skips: string[]) => ({ ...whole, skips });
  for (const cell of everyCell()) {
    const skipping = without(...rowsOf(cell.kind).map(({ name }) => name), 'acceptance');
    expect(storyOf(cell, [skipping, whole])).toBe(whole);
    expect(storyOf(cell, [whole, skipping])).toBe(whole);
  }
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

test('the whole is all of it, and a half has half of the blows', () => {
  const strikes = (cells: readonly Cell[]) =>
    cells.filter(({ breaks }) => breaks.some((b) => isStrike(b)));
  expect(sample(20_783, 1).map(nameOf).toSorted()).toEqual(everyCell().map(nameOf).toSorted());
  const counts = Array.from({ length: 50 }, (_, seed) => strikes(sample(seed, 0.5)).length);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  expect(mean / strikes(everyCell()).length).toBeGreaterThan(0.45);
  expect(mean / strikes(everyCell()).length).toBeLessThan(0.6);
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
  expect(kinds('workflows/tables.ts')).toEqual(OPERATION_KINDS);
  expect(kinds('activities/saga/commits.ts')).toEqual(OPERATION_KINDS);
  expect(kinds('docs/README.md')).toEqual([]);
  expect(kinds('docs/activities/README.md')).toEqual([]);
});

test('what is not committed has changed, also where the commit before is not known', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-choose-'));
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
    const write = (text: string) => writeFileSync(join(folder, 'saga.ts'), text);
    const commit = () => {
      git('add', '.');
      git('-c', 'user.name=ann', '-c', 'user.email=ann@acme.example', 'commit', '-m', 'One more');
    };
    expect(changedFiles(folder)).toEqual([]);
    git('init');
    write('one');
    commit();
    expect(changedFiles(folder)).toEqual([]);
    write('two');
    expect(changedFiles(folder)).toEqual(['saga.ts']);
    commit();
    expect(changedFiles(folder)).toEqual(['saga.ts']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
