import { randomUUID } from 'node:crypto';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import type { AnswerRequest } from '../../domain/product-requests.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';
import { CONVERT_TRIAL, EXTEND_TRIAL } from '../../domain/trials.ts';
import { parsePayload } from '../../facts/core/payload.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { SagaMessage } from '../../ports/saga-engine.ts';
import { acceptAnswer, acceptPlanChange } from '../../registry/accept-sale.ts';
import type { AcceptResult } from '../../registry/accept.ts';
import { followUpOf } from '../../registry/follow-up.ts';
import type { World } from './saga-world.ts';

/** A world whose outside is of no matter here. */
type SalesWorld = Pick<
  World,
  'api' | 'database' | 'engine' | 'provision' | 'start' | 'ended' | 'reached'
>;

/** What is sold in a world, and what became of it. */
export function salesIn(world: SalesWorld) {
  const { api, database, engine } = world;
  const ports = { ...api, clock: systemClock, ids: systemIds };
  const planChange = (tenant: string, plan: string, activates: boolean) =>
    acceptPlanChange(ports, { actor: 'operator', tenant, plan, activates });
  const begun = async (result: Promise<AcceptResult>): Promise<Operation> => {
    const operation = assureAccepted(await result);
    await world.start(operation);
    return operation;
  };
  const message = (name: string, told: SagaMessage['told'], id: string = randomUUID()) => ({
    ...{ name, told, id },
  });
  const runTrialOf = async (tenant: string): Promise<Operation> => {
    const operations = await api.operations.listOperations({ tenant, limit: 20 });
    const trial = operations.find(({ kind }) => kind === 'runTrial');
    if (trial === undefined) throw new Error('no trial was accepted');
    return trial;
  };
  return {
    ports,
    changePlan: (tenant: string, plan: string, activates = false) =>
      begun(planChange(tenant, plan, activates)),
    /** Accepted, and not begun. */
    acceptPlan: async (tenant: string, plan: string) =>
      assureAccepted(await planChange(tenant, plan, false)),
    answer: (tenant: string, answer: AnswerRequest) =>
      begun(acceptAnswer(ports, { actor: 'operator', tenant, ...answer })),
    ask: async (tenant: string, product: string): Promise<string> => {
      const id = randomUUID();
      const asked = { requestedBy: 'customer', requestedAtMs: Date.now() };
      await api.sales.addRequest({ id, tenant, product, ...asked });
      return id;
    },
    use: (tenant: string, product: string, limit: string, used: number) =>
      api.sales.setUsage([{ tenant, product, limit, used }], Date.now()),
    /** A tenant on trial, and the saga that ends it, begun with this timing. */
    trial: async (over: Partial<SagaTiming> = {}): Promise<Operation> => {
      const made = await world.ended(await world.provision({ trial: true }));
      const trial = await runTrialOf(made.tenant);
      await world.start(trial, over);
      return trial;
    },
    /** The newest. */
    runTrialOf,
    /** The saga that the end of a trial accepted, to its end. */
    frozen: async ({ id }: Operation): Promise<Operation> => {
      const freezing = await api.operations.findOperation(followUpOf(id, 'freezeTenant'));
      if (freezing === undefined) throw new Error('no freezing was accepted');
      await world.start(freezing);
      return world.ended(freezing);
    },
    extend: ({ id, kind }: Operation, endsAtMs: number, updateId?: string) =>
      engine.update(id, kind, message(EXTEND_TRIAL, { endsAtMs }, updateId)),
    convert: ({ id, kind }: Operation, plan: string, updateId?: string) =>
      engine.update(id, kind, message(CONVERT_TRIAL, { plan }, updateId)),
    /** The last assert per subject, minus retracted ones, of the signed facts of a tenant. */
    liveFacts: async (tenant: string) => {
      const text = 'select payload from facts where tenant = $1 order by seq';
      const { rows } = await database.admin.query<{ payload: Buffer }>(text, [tenant]);
      const live = new Map<string, unknown>();
      for (const { payload } of rows) {
        const { subject, op, body } = parsePayload(payload);
        if (op === 'assert') live.set(subject, body);
        else live.delete(subject);
      }
      return live;
    },
  };
}

function assureAccepted(result: AcceptResult): Operation {
  if ('operation' in result) return result.operation;
  throw new Error(`not accepted: ${JSON.stringify(result)}`);
}
