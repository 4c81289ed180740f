import type { SagaState } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from './eventually.ts';
import type { World } from './saga-world.ts';

const ENDS_WITHIN_MS = 120_000;

/** Goes on: at its third stop for one cause a saga waits for a person, who is this one. */
export function resumed(
  { engine, row }: Pick<World, 'engine' | 'row'>,
  operation: Operation,
  states: readonly SagaState[] = ['done', 'unwound'],
): Promise<Operation> {
  return eventually(
    async () => {
      await engine.tell(operation.id, operation.kind, 'resume').catch(() => undefined);
      const now = await row(operation);
      return states.includes(now.state) && now;
    },
    { withinMs: ENDS_WITHIN_MS, everyMs: 1_000, what: `${operation.kind} is ${states.join()}` },
  );
}
