import { randomUUID } from 'node:crypto';
import type { OperationKind } from '../domain/operation.ts';
import { DEFAULT_TIMING } from '../domain/saga-timing.ts';
import type { Operation } from '../ports/registry-store.ts';
import { startSaga } from '../registry/start-saga.ts';
import { provision } from '../test/proof/story.ts';
import type { Request, Stage } from '../test/proof/story.ts';
import { eventually } from '../test/support/eventually.ts';
import type { StepRow } from '../workflows/tables.ts';
import { SAGA_TABLES } from '../workflows/tables.ts';
import { together } from './ending.ts';
import type { SagaWorld } from './saga-world.ts';

const START_WITHIN_MS = 60_000;
const START_EVERY_MS = 100;

/** The table of a saga that nobody runs. */
export function rowsOf(kind: OperationKind): readonly StepRow[] {
  const timing = { ...DEFAULT_TIMING, settleMs: {} };
  return SAGA_TABLES[kind].steps({ operation: '', tenant: '', timing });
}

/** Somebody who asks for the first time. */
const aCaller = () => ({
  actor: 'operator',
  idempotency: { caller: 'bench', route: 'bench', key: randomUUID() },
});

/** Now, or before by another saga. */
export async function assureAccepted(request: Request): Promise<Operation> {
  const answer = await request();
  if (answer.outcome === 'accepted' || answer.outcome === 'replayed') return answer.operation;
  throw new Error(`not accepted: ${answer.outcome}`);
}

/** Of a story; `made`: the operation that made its tenant. */
export function stageOf(world: SagaWorld, made?: Operation): Stage {
  const before = async (request: Request) => {
    const operation = await assureAccepted(request);
    await liveToEnd(world, operation);
    return operation;
  };
  return { world, caller: aCaller(), before, ...(made && { made }) } as Stage;
}

/** From its start to its end; an unwound one rejects. */
export async function liveToEnd(world: SagaWorld, operation: Operation): Promise<void> {
  const { kind, id } = operation;
  // A Temporal that many speak to at once may answer too late: again, as the starter does.
  await eventually(() => startSaga({ ...world.api, engine: world.engine }, operation), {
    ...{ withinMs: START_WITHIN_MS, everyMs: START_EVERY_MS, what: `the start of ${kind}/${id}` },
  });
  await world.client.workflow.getHandle(`${kind}/${id}`).result();
}

/** Tenants that are there and active, by the operations that made them. */
export class ActiveTenants {
  readonly #world: SagaWorld;
  readonly #free: Operation[] = [];

  constructor(world: SagaWorld) {
    this.#world = world;
  }

  /** Makes those that are missing. */
  async take(count: number): Promise<readonly Operation[]> {
    const missing = Math.max(0, count - this.#free.length);
    const made = await this.#world.progress(`Provisioning ${missing} tenants`, () =>
      together(Array.from({ length: missing }, () => this.#make())),
    );
    return [...this.#free.splice(0, count), ...made];
  }

  give(made: readonly Operation[]): void {
    this.#free.push(...made);
  }

  async #make(): Promise<Operation> {
    const stage = stageOf(this.#world);
    return stage.before(provision(stage, 'pool'));
  }
}
