import { removeDomainInputOf, type CustomDomain } from '../domain/custom-domain.ts';
import type { Rule } from '../domain/decision.ts';
import { activateDomain, freeDomain, removeDomain } from '../domain/domain-rules.ts';
import type { OperationStore } from '../ports/registry-store.ts';
import { routeOfDomain } from '../ports/routes.ts';
import type { Routes } from '../ports/routes.ts';
import { proveDomain } from '../registry/prove-domain.ts';
import type { ProofPorts } from '../registry/prove-domain.ts';
import type { DomainActivities } from '../workflows/add-domain/contract.ts';
import type { DomainRemovalActivities } from '../workflows/remove-domain/contract.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { callOf } from './call.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

export interface DomainPorts extends CommitPorts, ProofPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly routes: Routes;
  readonly report: Report;
}

/** A domain has the id of the operation that added it. */
export function createDomainActivities(
  ports: DomainPorts,
): DomainActivities & DomainRemovalActivities {
  const { report, domains, routes } = ports;
  const added = ({ tenant, operation }: SagaRef) => assureDomain(ports, tenant, operation);
  const unroute = (ref: SagaRef, domain: CustomDomain | undefined, signal: AbortSignal) =>
    domain === undefined ? undefined : routes.remove(domain.name, callOf(ports, ref, signal));
  const removed = async (ref: SagaRef) => {
    const { input } = await readOperation(ports.operations, ref);
    return assureDomain(ports, ref.tenant, removeDomainInputOf(input).domain);
  };
  return {
    proveDomain: (ref, atMs) =>
      attempt(report, (signal) =>
        proveDomain(ports, { tenant: ref.tenant, id: ref.operation }, atMs, signal),
      ),
    vacateDomain: (ref) =>
      attempt(report, async (signal) => {
        for (const { tenant, name } of await domains.listLostTo(ref.operation))
          await routes.remove(name, callOf(ports, { ...ref, tenant }, signal));
      }),
    routeDomain: (ref) =>
      attempt(report, async (signal) => {
        const { name } = await added(ref);
        await routes.ensure(routeOfDomain(name), callOf(ports, ref, signal));
      }),
    // Without its row it went with its tenant, and so did the route.
    unrouteDomain: (ref) =>
      attempt(report, async (signal) =>
        unroute(ref, await domains.findDomain(ref.tenant, ref.operation), signal),
      ),
    commitDomain: (ref, atMs) =>
      attempt(report, () => commit(ports, ref, { rule: activateDomain, atMs }, added)),
    commitDomainRemoval: (ref, atMs) =>
      attempt(report, () => commit(ports, ref, { rule: removeDomain, atMs }, removed)),
    removeDomainRoute: (ref) =>
      attempt(report, async (signal) => unroute(ref, await removed(ref), signal)),
    freeDomain: (ref, atMs) =>
      attempt(report, () => commit(ports, ref, { step: 'free', rule: freeDomain, atMs }, removed)),
  };
}

/** Rows are deleted by their tenant's erasure alone. */
async function assureDomain(
  { domains }: Pick<DomainPorts, 'domains'>,
  tenant: string,
  id: string,
): Promise<CustomDomain> {
  const domain = await domains.findDomain(tenant, id);
  if (domain === undefined) throw new Error(`no domain ${id}`);
  return domain;
}

interface Committing {
  readonly step?: string;
  readonly rule: Rule<Readonly<Record<string, never>>>;
  readonly atMs: number;
}

/** Its route goes away behind it: nothing else may work on the tenant until the saga's end. */
async function commit(
  ports: DomainPorts,
  ref: SagaRef,
  { step = 'commit', rule, atMs }: Committing,
  find: (ref: SagaRef) => Promise<CustomDomain>,
): Promise<void> {
  const { operation, tenant } = ref;
  const [{ actor }, { id: domain }] = await Promise.all([
    readOperation(ports.operations, ref),
    find(ref),
  ]);
  const how = { actor, command: {}, atMs, releaseLock: false };
  await commitFacts(ports, { operation, step, tenant, rule, domain, ...how });
}
