import type { Rule } from '../domain/decision.ts';
import type { OperationKind } from '../domain/operation.ts';
import { changePlan, type ChangePlan } from '../domain/plan-change.ts';
import { answerRequest, type AnswerRequest } from '../domain/product-requests.ts';
import type { SalesStore } from '../ports/sales-store.ts';
import {
  idempotencyOf,
  unlessReplayed,
  type AcceptCaller,
  type AcceptPorts,
  type AcceptResult,
} from './accept.ts';

export interface SalePorts extends AcceptPorts {
  readonly sales: Pick<SalesStore, 'readSales'>;
}

type Asked<C> = AcceptCaller & C & { readonly tenant: string };

/** Accepts a `changePlan`, up or down, or out of a trial. */
export function acceptPlanChange(
  ports: SalePorts,
  request: Asked<ChangePlan>,
): Promise<AcceptResult> {
  const { plan, activates } = request;
  return acceptByRule(ports, request, 'changePlan', changePlan, { plan, activates });
}

/** Accepts an operator's answer to a customer's request for a product. */
export function acceptAnswer(ports: SalePorts, asked: Asked<AnswerRequest>): Promise<AcceptResult> {
  const { request, answer, limits } = asked;
  const command = { request, answer, limits };
  return acceptByRule(ports, asked, 'answerProductRequest', answerRequest, command);
}

/**
 * The saga's own rule is asked beforehand, which saves the caller a saga; it decides again in the
 * commit, under the head lock, since all of it may have changed by then.
 */
async function acceptByRule<C extends ChangePlan | AnswerRequest>(
  ports: SalePorts,
  { tenant: id, actor, ...caller }: Asked<unknown>,
  kind: OperationKind,
  rule: Rule<C>,
  command: C,
): Promise<AcceptResult> {
  const { operations, tenants, sales, ids, clock } = ports;
  const nowMs = clock.nowMs();
  const keyed = idempotencyOf({ actor, ...caller }, { tenant: id, ...command });
  // Before the state is read: one that somebody is changing is none to answer by.
  const by = await operations.findLockHolder(id);
  if (by !== undefined) return unlessReplayed(operations, keyed, { outcome: 'tenant-busy', by });
  const [tenant, catalog, sold] = await Promise.all([
    tenants.findTenant(id),
    tenants.readCatalog(),
    sales.readSales(id),
  ]);
  const decision = rule({ tenant, members: [], catalog, ...sold }, command, nowMs);
  if ('refused' in decision) {
    return unlessReplayed(operations, keyed, { outcome: 'refused', refusal: decision });
  }
  const input = Object.fromEntries(Object.entries(command));
  const operation = { id: ids.uuid(), kind, tenant: id, actor, input };
  return operations.accept({ operation, secrets: new Map(), ...keyed, nowMs });
}
