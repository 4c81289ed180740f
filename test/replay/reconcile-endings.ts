import type { OperationKind } from '../../domain/operation.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { AcceptResult } from '../../registry/accept.ts';
import { commitState, createDoctor, markCompared } from '../support/reconcile.ts';
import { LOG, SHORT } from '../support/saga-world.ts';
import type { Ending, Stage } from './endings.ts';

/** More attempts than any budget here allows. */
const MANY = 1_000;

/** The doctor's endings: nothing found, mended, not mended, refused; and the same of a sweep. */
export const RECONCILE_ENDINGS = {
  reconcileTenant: {
    'reconcile-healthy': async (stage) => (await lookedAt(stage, async () => undefined)).operation,
    'reconcile-mended': async (stage) => (await lookedAt(stage, loseHost)).operation,
    'reconcile-not-mended': notMended,
    'reconcile-refused': async (stage) => {
      const { operation } = await lookedAt(stage, undefined, ({ world }, { tenant }) =>
        commitState(world, tenant, 'archived'),
      );
      return operation;
    },
  },
  reconcileAll: {
    'reconcile-all-healthy': (stage) => swept(stage, false),
    'reconcile-all-mended': (stage) => swept(stage, true),
  },
} satisfies Readonly<Partial<Record<OperationKind, Readonly<Record<string, Ending>>>>>;

type Prepare = (stage: Stage, made: Operation) => Promise<unknown>;

/** A tenant that something was done to before the doctor was asked, or before it began. */
async function lookedAt(stage: Stage, before: Prepare | undefined, between?: Prepare) {
  const { world } = stage;
  await markCompared(world);
  const made = await world.ended(await world.provision());
  await before?.(stage, made);
  const operation = accepted(await createDoctor(world).ask(made.tenant, true));
  await between?.(stage, operation);
  await world.start(operation);
  return { made, operation: await world.ended(operation) };
}

async function loseHost({ world }: Stage, { tenant, id, input }: Operation): Promise<void> {
  const owner = { registry: LOG.log, tenant, operation: id };
  const call = { owner, signal: AbortSignal.timeout(1_000) };
  await world.outside.dns.remove(provisionInputOf(input).host, call);
}

async function notMended(stage: Stage): Promise<Operation> {
  const { operation } = await lookedAt(stage, loseHost, async ({ plan }, { id }) => {
    plan.plan(id, 'dns.ensure', ...Array<{ kind: 'lost' }>(MANY).fill({ kind: 'lost' }));
  });
  return operation;
}

async function swept({ world }: Stage, lost: boolean): Promise<Operation> {
  await markCompared(world);
  if (lost) {
    const { id } = await world.accept();
    await world.api.operations.markStarted(id);
  }
  const operation = accepted(await createDoctor(world).askAll(true));
  await world.start(operation, { waitMs: { ...SHORT.waitMs, 'lost-saga': 0 } });
  return world.ended(operation);
}

function accepted(result: AcceptResult): Operation {
  if (!('operation' in result)) throw new Error(`not accepted: ${result.outcome}`);
  return result.operation;
}
