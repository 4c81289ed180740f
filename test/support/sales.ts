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
      const [trial] = await api.operations.listOperations({ tenant: made.tenant, limit: 1 });
      if (trial?.kind !== 'runTrial') throw new Error('no trial was accepted');
      await world.start(trial, over);
      return trial;
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
