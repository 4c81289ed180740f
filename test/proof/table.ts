import { FAULTS, PLACES } from './cells.ts';
import type { Outcome } from './prover.ts';

export const SIGNS: Readonly<Record<Outcome['result'], string>> = {
  holds: '✓',
  broken: 'x',
  nothing: '–',
};

/** A line for each step and compensation, a column for each place, a sign for each fault. */
export function formatTable(outcomes: readonly Outcome[]): string {
  const singles = outcomes.filter(({ cell }) => !cell.includes(' + '));
  const known = new Map(singles.map(({ cell, result }) => [cell, SIGNS[result]]));
  const rows = [...new Set(singles.map(({ cell }) => cell.slice(0, cell.indexOf(':'))))].toSorted();
  if (rows.length === 0) return 'Two faults at once have no table.';
  const width = Math.max(...rows.map(({ length }) => length)) + 2;
  const lines = rows.map((row) => {
    const cells = PLACES.map((place) =>
      FAULTS.map((fault) => known.get(`${row}: ${fault} at ${place}`) ?? '·')
        .join('')
        .padEnd(WIDTH),
    );
    return row.padEnd(width) + cells.join('');
  });
  const head = ' '.repeat(width) + PLACES.map((place) => place.padEnd(WIDTH)).join('');
  return [`Faults, from left to right: ${FAULTS.join(', ')}.`, head, ...lines].join('\n');
}

const WIDTH = 10;
