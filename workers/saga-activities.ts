import { createDomainActivities } from '../activities/domains.ts';
import type { DomainPorts } from '../activities/domains.ts';
import { createFreezingActivities } from '../activities/freezing.ts';
import type { FreezingPorts } from '../activities/freezing.ts';
import { createInvitationActivities } from '../activities/invitation.ts';
import type { InvitationPorts } from '../activities/invitation.ts';
import { createMembershipActivities } from '../activities/membership.ts';
import type { MembershipPorts } from '../activities/membership.ts';
import { createMovingActivities } from '../activities/moving.ts';
import type { MovingPorts } from '../activities/moving.ts';
import { createOffboardingActivities } from '../activities/offboarding.ts';
import type { OffboardingPorts } from '../activities/offboarding.ts';
import { createPlanActivities } from '../activities/plans.ts';
import { createProvisioningActivities } from '../activities/provisioning.ts';
import type { ProvisioningPorts } from '../activities/provisioning.ts';
import { createReconcileActivities } from '../activities/reconcile.ts';
import type { ReconcilePorts } from '../activities/reconcile.ts';
import { createSagaActivities } from '../activities/saga.ts';
import type { SagaPorts } from '../activities/saga.ts';
import { createTrialActivities } from '../activities/trials.ts';
import type { TrialPorts } from '../activities/trials.ts';
import { StoreError } from '../ports/registry-store.ts';
import type { OperationStore } from '../ports/registry-store.ts';
import { followUpOf } from '../registry/follow-up.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';

export type ActivityPorts = ProvisioningPorts &
  MembershipPorts &
  FreezingPorts &
  InvitationPorts &
  DomainPorts &
  ReconcilePorts &
  OffboardingPorts &
  MovingPorts &
  TrialPorts &
  Omit<SagaPorts, 'probes'> & { readonly operations: Pick<OperationStore, 'findLockHolder'> };

/** All activities of the queue `tenure`. */
export function createActivities(ports: ActivityPorts) {
  return {
    ...createProvisioningActivities(ports),
    ...createMembershipActivities(ports),
    ...createFreezingActivities(ports),
    ...createInvitationActivities(ports),
    ...createDomainActivities(ports),
    ...createReconcileActivities(ports),
    ...createPlanActivities(ports),
    ...createTrialActivities(ports),
    ...createOffboardingActivities(ports),
    ...createMovingActivities(ports),
    ...createSagaActivities({ ...ports, probes: probesOf(ports) }),
  };
}

/** What steps need outside, by their names. */
function probesOf(ports: ActivityPorts): SagaPorts['probes'] {
  const { identity, databases, routes, dns, notifier } = ports;
  const { tenants, operations, domainProof, exports } = ports;
  const probeIdentity = async (ref: SagaRef, signal: AbortSignal) => {
    const tenant = await tenants.findTenant(ref.tenant);
    if (tenant !== undefined) await identity[tenant.isolation].probe(signal);
  };
  const probeBothModes = async (_ref: SagaRef, signal: AbortSignal) => {
    await identity.silo.probe(signal);
    await identity.pool.probe(signal);
  };
  const probeRoutes = (_ref: SagaRef, signal: AbortSignal) => routes.probe(signal);
  const probeExports = (_ref: SagaRef, signal: AbortSignal) => exports.probe(signal);
  return {
    identity: probeIdentity,
    'close-identity': probeIdentity,
    'open-identity': probeIdentity,
    residue: probeIdentity,
    admit: probeIdentity,
    user: probeIdentity,
    'invite-admin': probeIdentity,
    database: (_ref, signal) => databases.probe(signal),
    route: probeRoutes,
    'close-route': probeRoutes,
    'open-route': probeRoutes,
    dns: (_ref, signal) => dns.probe(signal),
    mail: (_ref, signal) => notifier.probe(signal),
    proof: (_ref, signal) => domainProof.probe(signal),
    vacate: (_ref, signal) => routes.probe(signal),
    answer: (_ref, signal) => notifier.probe(signal),
    export: probeExports,
    'discard-export': probeExports,
    records: probeExports,
    target: probeBothModes,
    'close-source': probeBothModes,
    members: probeBothModes,
    source: probeBothModes,
    end: (ref) => assureFree(operations, ref),
  };
}

/** What a trial's end waits for: who works on the tenant, unless its own end accepted that. */
async function assureFree(
  operations: Pick<OperationStore, 'findLockHolder'>,
  { tenant, operation }: SagaRef,
): Promise<void> {
  const by = await operations.findLockHolder(tenant);
  if (by === undefined || by === followUpOf(operation, 'freezeTenant')) return;
  throw new StoreError('tenant-busy', `Operation ${by} is running.`);
}
