import type { PostgresStore } from '../../adapters/postgres/store.ts';
import type { SagaReason, SagaState } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from './eventually.ts';

const ENDS_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 40;

/** Looks at an operation's row until it says what a test waits for. */
export function createLooks(api: Pick<PostgresStore, 'operations'>) {
  const row = async ({ id }: Pick<Operation, 'id'>): Promise<Operation> => {
    const found = await api.operations.findOperation(id);
    if (found === undefined) throw new Error(`no operation ${id}`);
    return found;
  };
  const until = (
    { id, kind }: Operation,
    what: string,
    isIt: (now: Operation) => boolean,
    withinMs = ENDS_WITHIN_MS,
  ) =>
    eventually(
      async () => {
        const now = await row({ id });
        const seen = `${now.state} ${JSON.stringify(now.reason)} ${JSON.stringify(now.steps)}`;
        if (!isIt(now)) throw new Error(`it is ${seen}`);
        return now;
      },
      { withinMs, everyMs: LOOK_EVERY_MS, what: `${kind} ${id} is ${what}` },
    );
  const reached = (operation: Operation, states: readonly SagaState[], withinMs?: number) =>
    until(operation, states.join(), ({ state }) => states.includes(state), withinMs);
  /** For this: where the machine is slow, another step may have stopped for a moment before. */
  const parked = (
    operation: Operation,
    { step, code }: Pick<SagaReason, 'step' | 'code'>,
    withinMs?: number,
  ) =>
    until(
      operation,
      `parked at ${step}: ${code}`,
      ({ state, reason }) => state === 'parked' && reason?.step === step && reason.code === code,
      withinMs,
    );
  return {
    ...{ row, reached, parked },
    ended: (operation: Operation, withinMs?: number) =>
      reached(operation, ['done', 'unwound'], withinMs),
  };
}
