import { OWNING_STATES } from '../domain/custom-domain.ts';
import type { Rule } from '../domain/decision.ts';
import type { Isolation } from '../domain/isolation.ts';
import {
  archiveTenant,
  beginOffboarding,
  endRetention,
  revokeOffboarding,
} from '../domain/offboarding.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Call } from '../ports/call.ts';
import type { Dns } from '../ports/dns.ts';
import type { DomainStore } from '../ports/domain-store.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { OffboardingStore } from '../ports/offboarding-store.ts';
import type { OperationStore, TenantReader } from '../ports/registry-store.ts';
import { routeOfDomain, type Routes } from '../ports/routes.ts';
import type { SagaKeys } from '../ports/saga-keys.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { TenantDatabase } from '../ports/tenant-database.ts';
import type { CommitStep } from '../registry/commit.ts';
import { followUpOf } from '../registry/follow-up.ts';
import { exportTenant } from '../registry/export-tenant.ts';
import type { ExportPorts } from '../registry/export-tenant.ts';
import { assureNoResidue } from '../registry/residue.ts';
import type { OffboardingActivities } from '../workflows/offboard-tenant/contract.ts';
import type { SuspensionActivities } from '../workflows/freeze-tenant/contract.ts';
import type { Attempted, CommittedFact, SagaRef } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { callOf } from './call.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

export interface OffboardingPorts extends CommitPorts, ExportPorts {
  readonly operations: Pick<OperationStore, 'findOperation' | 'releaseLock'>;
  readonly tenants: Pick<TenantReader, 'findTenant'>;
  readonly offboarding: OffboardingStore;
  readonly domains: Pick<DomainStore, 'listDomainsIn'>;
  readonly secrets: Pick<Secrets, 'removeAll'>;
  readonly sagaKeys: Pick<SagaKeys, 'condemn'>;
  readonly identity: Readonly<Record<Isolation, IdentityProvider>>;
  readonly databases: TenantDatabase;
  readonly routes: Routes;
  readonly dns: Dns;
  readonly report: Report;
}

type Own = Omit<OffboardingActivities, keyof SuspensionActivities>;

/** In these states a domain may have a route. */
const ROUTED = [...OWNING_STATES, 'lost'] as const;

/** What offboarding does beside freezing (`freezing.ts`). */
export function createOffboardingActivities(ports: OffboardingPorts): Own {
  return { ...commits(ports), ...erasures(ports) };
}

type Commits = 'commitOffboarding' | 'commitRetentionEnd' | 'commitRevocation' | 'commitArchive';

function commits(ports: OffboardingPorts): Pick<Own, Commits | 'releaseTenant'> {
  return {
    commitOffboarding: (ref, atMs) =>
      commit(ports, ref, {
        ...{ step: 'commit', rule: beginOffboarding, commandOf: () => ({}), atMs },
        // It closes what is outside yet.
        releaseLock: false,
      }),
    releaseTenant: (ref) =>
      attempt(ports.report, () => ports.operations.releaseLock(ref.operation)),
    commitRetentionEnd: (ref, { atMs, revoked }) =>
      commit(ports, ref, {
        ...{ step: 'decide', rule: endRetention, commandOf: () => ({ revoked }), atMs },
        ...{ releaseLock: false, takeLock: true },
      }),
    commitRevocation: (ref, { atMs, thaws }) =>
      commit(ports, ref, {
        ...{ step: 'commit-return', rule: revokeOffboarding, atMs, releaseLock: true },
        commandOf: (actor) => ({
          thaws,
          again: { id: followUpOf(ref.operation, 'runTrial'), actor },
        }),
      }),
    commitArchive: (ref, atMs) =>
      commit(ports, ref, {
        ...{ step: 'archive', rule: archiveTenant, commandOf: () => ({}), atMs },
        releaseLock: true,
      }),
  };
}

type Erasures = Exclude<keyof Own, Commits | 'releaseTenant'>;

function erasures(ports: OffboardingPorts): Pick<Own, Erasures> {
  const { report, exports, identity, databases, routes, dns } = ports;
  const outside = (ref: SagaRef, work: (tenant: Tenant, call: Call) => Promise<void>) =>
    attempt(report, async (signal) => {
      const tenant = await ports.tenants.findTenant(ref.tenant);
      // Rows are never deleted.
      if (tenant === undefined) throw new Error(`no tenant ${ref.tenant}`);
      await work(tenant, callOf(ports, ref, signal));
    });
  return {
    exportTenant: ({ tenant }) => attempt(report, (signal) => exportTenant(ports, tenant, signal)),
    discardExport: ({ tenant }) => attempt(report, (signal) => exports.remove(tenant, signal)),
    eraseDns: (ref) => outside(ref, ({ host }, call) => dns.remove(host, call)),
    eraseRoute: (ref) =>
      outside(ref, async (tenant, call) => {
        await routes.remove(tenant.slug, call);
        // Also of those on their way in or out, whose own sagas are left to end without them.
        const own = await ports.domains.listDomainsIn(tenant.id, ROUTED);
        for (const { name } of own) await routes.remove(routeOfDomain(name).slug, call);
      }),
    eraseIdentity: (ref) =>
      outside(ref, ({ isolation, slug }, call) => identity[isolation].remove(slug, call)),
    eraseDatabase: (ref) => outside(ref, (_tenant, call) => databases.remove(call)),
    eraseRecords: ({ tenant, operation }) =>
      attempt(report, async (signal) => {
        await exports.remove(tenant, signal);
        await ports.secrets.removeAll(tenant);
        await ports.offboarding.erasePersonalData(tenant, operation);
        // It is destroyed once this saga, too, has ended: until then it must read itself.
        await ports.sagaKeys.condemn(tenant);
      }),
    assureNoResidue: ({ tenant }) =>
      attempt(report, (signal) => assureNoResidue(ports, tenant, signal)),
  };
}

type Step<C> = Pick<CommitStep<C>, 'step' | 'atMs' | 'releaseLock' | 'takeLock'> & {
  readonly rule: Rule<C>;
  readonly commandOf: (actor: string) => Omit<C, 'operation'>;
};

function commit<C extends { readonly operation: string }>(
  ports: OffboardingPorts,
  ref: SagaRef,
  { commandOf, ...step }: Step<C>,
): Promise<Attempted<readonly CommittedFact[]>> {
  return attempt(ports.report, async () => {
    const { actor } = await readOperation(ports.operations, ref);
    const command = { ...commandOf(actor), operation: ref.operation } as C;
    return commitFacts(ports, { ...ref, ...step, actor, command });
  });
}
