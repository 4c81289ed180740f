import type { Rule } from '../domain/decision.ts';
import { freezeInputOf, freezeTenant, unfreezeTenant } from '../domain/freezing.ts';
import type { Isolation } from '../domain/isolation.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Call } from '../ports/call.ts';
import type { DomainStore } from '../ports/domain-store.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { OperationStore, TenantReader } from '../ports/registry-store.ts';
import type { Routes } from '../ports/routes.ts';
import { followUpOf } from '../registry/follow-up.ts';
import { routesOfTenant } from '../registry/tenant-routes.ts';
import type { FreezingActivities } from '../workflows/freeze-tenant/contract.ts';
import type { CommittedFact, SagaRef } from '../workflows/shared/contract.ts';
import type { UnfreezingActivities } from '../workflows/unfreeze-tenant/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { callOf } from './call.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

export interface FreezingPorts extends CommitPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly tenants: Pick<TenantReader, 'findTenant'>;
  readonly identity: Readonly<Record<Isolation, IdentityProvider>>;
  readonly routes: Routes;
  readonly domains: Pick<DomainStore, 'listDomainsIn'>;
  readonly report: Report;
}

/** What freezing and unfreezing do; leaving for ever begins with the same. */
export function createFreezingActivities(
  ports: FreezingPorts,
): FreezingActivities & UnfreezingActivities {
  const { identity, routes } = ports;
  const outside = (ref: SagaRef, work: (tenant: Tenant, call: Call) => Promise<void>) =>
    attempt(ports.report, async (signal) => {
      const tenant = await ports.tenants.findTenant(ref.tenant);
      // Rows are never deleted.
      if (tenant === undefined) throw new Error(`no tenant ${ref.tenant}`);
      await work(tenant, callOf(ports, ref, signal));
    });
  return {
    suspendIdentity: (ref) =>
      outside(ref, ({ isolation, slug }, call) => identity[isolation].suspend(slug, call)),
    restoreIdentity: (ref) =>
      outside(ref, ({ isolation, slug }, call) => identity[isolation].restore(slug, call)),
    suspendRoute: (ref) =>
      outside(ref, async (tenant, call) => {
        for (const route of await routesOfTenant(ports, tenant)) await routes.suspend(route, call);
      }),
    restoreRoute: (ref) =>
      outside(ref, async (tenant, call) => {
        for (const route of await routesOfTenant(ports, tenant)) await routes.restore(route, call);
      }),
    commitFreeze: (ref, atMs) =>
      attempt(ports.report, async () => {
        const { actor, input } = await readOperation(ports.operations, ref);
        // It closes what is outside yet: nothing else may work on the tenant until its end.
        const lock = { releaseLock: false };
        return commit(ports, ref, freezeTenant, freezeInputOf(input), { actor, atMs, ...lock });
      }),
    commitUnfreeze: (ref, atMs) =>
      attempt(ports.report, async () => {
        const { actor } = await readOperation(ports.operations, ref);
        const again = { id: followUpOf(ref.operation, 'runTrial'), actor };
        return commit(ports, ref, unfreezeTenant, { again }, { actor, atMs, releaseLock: true });
      }),
  };
}

function commit<C>(
  ports: FreezingPorts,
  { operation, tenant }: SagaRef,
  rule: Rule<C>,
  command: C,
  how: { readonly actor: string; readonly atMs: number; readonly releaseLock: boolean },
): Promise<readonly CommittedFact[]> {
  return commitFacts(ports, { operation, step: 'commit', tenant, rule, command, ...how });
}
