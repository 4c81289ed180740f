import { describe, expect, test } from '@jest/globals';
import { KITS } from '../../bench/kits.ts';
import { toRows } from '../../bench/million.ts';
import type { Row } from '../../bench/row.ts';

const kitOf = (name: string) => {
  const kit = KITS.find((one) => one.name === name);
  if (kit === undefined) throw new Error(`no kit ${name}`);
  return kit;
};

/** 1,000 signatures of 100 us each take 100 ms. */
const figuresOf = (answering: number) => ({ signature: 100, facts: 1_000, answering, parse: 50 });

const rowsOf = (figures: Readonly<Record<string, number>>, to: string): Row[] => {
  const measured = Object.entries(figures).map(([name, answering]) => {
    return [kitOf(name), figuresOf(answering)] as const;
  });
  return toRows(new Map(measured)).filter(({ name }) => name.endsWith(`, to ${to}`));
};

describe('a million facts answering (DESIGN 8)', () => {
  test('bind TypeScript to a hundredth of a signature each, and only tell it of the others', () => {
    const figures = { TypeScript: 1.1, Go: 1.1, Python: 1.1, Rust: 1.1 };
    const rows = rowsOf(figures, 'a signature each');
    expect(rows.map(({ holds }) => holds)).toEqual([false, null, null, null]);
    expect(rows.every(({ ratio }) => ratio === 0.011)).toBe(true);
    expect(rowsOf({ TypeScript: 1 }, 'a signature each')[0]?.holds).toBe(true);
  });

  test('bind Go and Rust to what TypeScript takes in the same run', () => {
    const rows = rowsOf({ TypeScript: 10, Go: 10, Python: 40, Rust: 11 }, "TypeScript's");
    expect(rows.map(({ name, bound, holds }) => [name.split(':')[0], bound, holds])).toEqual([
      ['Go', 1, true],
      ['Rust', 1, false],
    ]);
  });

  test('which does not hold where TypeScript was not measured', () => {
    expect(rowsOf({ Go: 10 }, "TypeScript's").map(({ holds }) => holds)).toEqual([false]);
  });

  test('bind each to its own parser', () => {
    const rows = KITS.flatMap(({ name, parser }) => rowsOf({ [name]: 60 }, parser));
    expect(rows.map(({ bound, holds }) => [bound, holds])).toEqual([
      [1, false],
      [1, false],
      [2, true],
      [1, false],
    ]);
  });
});
