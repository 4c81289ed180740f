import { describe, expect, test } from '@jest/globals';
import { listTrackedFiles, readTracked } from './tracked-files.ts';

type TextRule = { name: string; files: RegExp; pattern: RegExp; offence: string; harmless: string };

const TYPESCRIPT = /\.ts$/;
const ANY_TEXT =
  /(^|\/)[^/]*\.(ts|js|mjs|cjs|json|md|ya?ml|toml|sh|html|go|py|rs|sql)$|(^|\/)(Dockerfile|run)$/;

// Written in pieces where the rule would find itself.
const RULES: readonly TextRule[] = [
  {
    name: 'no test is skipped, focused or left for later',
    files: TYPESCRIPT,
    pattern: /\b(?:it|test|describe)\.(?:skip|only|todo|failing)\b|\bx(?:it|test|describe)\(/,
    offence: ['it', "skip('later')"].join('.'),
    harmless: "it.each(cases)('holds')",
  },
  {
    name: 'no type error is silenced',
    files: TYPESCRIPT,
    pattern: /@ts-(?:ignore|nocheck)/,
    offence: ['// @ts', 'ignore'].join('-'),
    harmless: '// @types are there',
  },
  {
    name: 'no path of one machine stands in a file',
    files: ANY_TEXT,
    pattern: /(?:^|[^A-Za-z0-9_.-])\/(?:work|farm|root|home\/[a-z]+|Users\/[A-Za-z]+)\//m,
    offence: `cd ${['', 'home', 'ann', 'tenure'].join('/')}`,
    harmless: 'cd tools/work/items',
  },
  {
    name: 'no sleeping in tests: wait for a condition',
    files: /\.test\.ts$/,
    pattern: /await (?:sleep|delay)\(|from 'node:timers\/promises'/,
    offence: `await ${'sleep'}(100)`,
    harmless: 'await eventually(probe)',
  },
];

describe('text rules', () => {
  test.each(RULES)('$name', ({ files, pattern }) => {
    const found = listTrackedFiles()
      .filter((path) => files.test(path) && path !== 'package-lock.json')
      .flatMap((path) => {
        const match = pattern.exec(readTracked(path));
        return match ? [`${path}: ${match[0].trim()}`] : [];
      });
    expect(found).toEqual([]);
  });

  test.each(RULES)('$name: an offence is found, its harmless twin is not', (rule) => {
    expect(rule.pattern.test(rule.offence)).toBe(true);
    expect(rule.pattern.test(rule.harmless)).toBe(false);
  });

  test('no file is called utils: a file is named after what it is for', () => {
    const nameless = /(^|\/)(utils?|helpers?|misc|common)\.[a-z]+$/;
    expect(nameless.test('domain/utils.ts')).toBe(true);
    expect(listTrackedFiles().filter((path) => nameless.test(path))).toEqual([]);
  });
});
