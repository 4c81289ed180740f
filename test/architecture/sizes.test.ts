import { describe, expect, test } from '@jest/globals';
import { countLines, listSources, readTracked } from './tracked-files.ts';

// DESIGN 2. Files and functions above the hard stop are found by the linter (max-lines,
// max-lines-per-function; lint.test.ts shows that it does); what needs all files is here.
const MEDIAN_LINES = 80;
const WIDEST_LINE_CHARS = 100;

function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** Comments only: code is held by the formatter, which leaves what cannot be broken. */
function findWideComments(text: string): number[] {
  return text.split('\n').flatMap((line, index) => {
    const isComment = /^\s*(\/\/|\/?\*)/.test(line);
    return isComment && line.length > WIDEST_LINE_CHARS ? [index + 1] : [];
  });
}

describe('sizes', () => {
  test('half of all source files fit on a screen', () => {
    expect(
      medianOf(listSources().map((path) => countLines(readTracked(path)))),
    ).toBeLessThanOrEqual(MEDIAN_LINES);
  });

  test('the median is that of the middle file', () => {
    expect(medianOf([400, 10, 81])).toBe(81);
  });

  test('no comment is wider than 100 columns', () => {
    const wide = listSources().flatMap((path) =>
      findWideComments(readTracked(path)).map((line) => `${path}:${line}`),
    );
    expect(wide).toEqual([]);
  });

  test('a comment that is too wide is found', () => {
    expect(findWideComments(`// short\n  // ${'word '.repeat(20)}\n`)).toEqual([2]);
  });
});
