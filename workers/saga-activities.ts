import { createFreezingActivities } from '../activities/freezing.ts';
import type { FreezingPorts } from '../activities/freezing.ts';
import { createMembershipActivities } from '../activities/membership.ts';
import type { MembershipPorts } from '../activities/membership.ts';
import { createProvisioningActivities } from '../activities/provisioning.ts';
import type { ProvisioningPorts } from '../activities/provisioning.ts';
import { createReconcileActivities } from '../activities/reconcile.ts';
import type { ReconcilePorts } from '../activities/reconcile.ts';
import { createSagaActivities } from '../activities/saga.ts';
import type { SagaPorts } from '../activities/saga.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';

export type ActivityPorts = ProvisioningPorts &
  MembershipPorts &
  FreezingPorts &
  ReconcilePorts &
  Omit<SagaPorts, 'probes'>;

/** All activities of the queue `tenure`. */
export function createActivities(ports: ActivityPorts) {
  return {
    ...createProvisioningActivities(ports),
    ...createMembershipActivities(ports),
    ...createFreezingActivities(ports),
    ...createReconcileActivities(ports),
    ...createSagaActivities({ ...ports, probes: probesOf(ports) }),
  };
}

/** What steps need outside, by their names; other steps need the store alone. */
function probesOf(ports: ActivityPorts): SagaPorts['probes'] {
  const { identity, databases, routes, dns, tenants } = ports;
  const probeIdentity = async (ref: SagaRef, signal: AbortSignal) => {
    const tenant = await tenants.findTenant(ref.tenant);
    if (tenant !== undefined) await identity[tenant.isolation].probe(signal);
  };
  return {
    identity: probeIdentity,
    'invite-admin': probeIdentity,
    database: (_ref, signal) => databases.probe(signal),
    route: (_ref, signal) => routes.probe(signal),
    dns: (_ref, signal) => dns.probe(signal),
  };
}
