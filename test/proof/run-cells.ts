import type { Cell } from './cells.ts';
import type { Outcome, Prover } from './prover.ts';

/** Enough to keep the servers busy, few enough to keep every attempt within its time. */
export const AT_ONCE = 12;

/** Proves all cells, some at once and in their order; tells each outcome as it is known. */
export async function runCells(
  prover: Prover,
  cells: readonly Cell[],
  tell: (outcome: Outcome) => void = () => {},
  mayGoOn: () => boolean = () => true,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...cells];
  const workOff = async () => {
    while (mayGoOn()) {
      const cell = waiting.shift();
      if (cell === undefined) return;
      const outcome = await prover.prove(cell);
      outcomes.push(outcome);
      tell(outcome);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, workOff));
  return outcomes;
}
