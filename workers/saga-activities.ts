import { createFreezingActivities } from '../activities/freezing.ts';
import type { FreezingPorts } from '../activities/freezing.ts';
import { createInvitationActivities } from '../activities/invitation.ts';
import type { InvitationPorts } from '../activities/invitation.ts';
import { createMembershipActivities } from '../activities/membership.ts';
import type { MembershipPorts } from '../activities/membership.ts';
import { createProvisioningActivities } from '../activities/provisioning.ts';
import type { ProvisioningPorts } from '../activities/provisioning.ts';
import { createReconcileActivities } from '../activities/reconcile.ts';
import type { ReconcilePorts } from '../activities/reconcile.ts';
import { createSagaActivities } from '../activities/saga.ts';
import type { SagaPorts } from '../activities/saga.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';

export type ActivityPorts = ProvisioningPorts &
  MembershipPorts &
  FreezingPorts &
  InvitationPorts &
  ReconcilePorts &
  Omit<SagaPorts, 'probes'> & { readonly notifier: Notifier };

/** All activities of the queue `tenure`. */
export function createActivities(ports: ActivityPorts) {
  return {
    ...createProvisioningActivities(ports),
    ...createMembershipActivities(ports),
    ...createFreezingActivities(ports),
    ...createInvitationActivities(ports),
    ...createReconcileActivities(ports),
    ...createSagaActivities({ ...ports, probes: probesOf(ports) }),
  };
}

/** What steps need outside, by their names. */
function probesOf(ports: ActivityPorts): SagaPorts['probes'] {
  const { identity, databases, routes, dns, notifier, tenants } = ports;
  const probeIdentity = async (ref: SagaRef, signal: AbortSignal) => {
    const tenant = await tenants.findTenant(ref.tenant);
    if (tenant !== undefined) await identity[tenant.isolation].probe(signal);
  };
  return {
    identity: probeIdentity,
    user: probeIdentity,
    'invite-admin': probeIdentity,
    database: (_ref, signal) => databases.probe(signal),
    route: (_ref, signal) => routes.probe(signal),
    dns: (_ref, signal) => dns.probe(signal),
    mail: (_ref, signal) => notifier.probe(signal),
    answer: (_ref, signal) => notifier.probe(signal),
  };
}
