import { createMembershipActivities } from '../activities/membership.ts';
import type { MembershipPorts } from '../activities/membership.ts';
import { createPlanActivities } from '../activities/plans.ts';
import { createProvisioningActivities } from '../activities/provisioning.ts';
import type { ProvisioningPorts } from '../activities/provisioning.ts';
import { createSagaActivities } from '../activities/saga.ts';
import type { SagaPorts } from '../activities/saga.ts';
import { createTrialActivities } from '../activities/trials.ts';
import type { TrialPorts } from '../activities/trials.ts';
import { provisionInputOf } from '../domain/requests.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';

export type ActivityPorts = ProvisioningPorts &
  MembershipPorts &
  TrialPorts &
  Omit<SagaPorts, 'probes'>;

/** All activities of the queue `tenure`. */
export function createActivities(ports: ActivityPorts) {
  return {
    ...createProvisioningActivities(ports),
    ...createMembershipActivities(ports),
    ...createPlanActivities(ports),
    ...createTrialActivities(ports),
    ...createSagaActivities({ ...ports, probes: probesOf(ports) }),
  };
}

/** What each step of `provisionTenant` needs outside; other steps need the store alone. */
function probesOf(ports: ActivityPorts): SagaPorts['probes'] {
  const { identity, databases, routes, dns, operations } = ports;
  const probeIdentity = async ({ operation }: SagaRef, signal: AbortSignal) => {
    const row = await operations.findOperation(operation);
    if (row !== undefined) await identity[provisionInputOf(row.input).isolation].probe(signal);
  };
  return {
    identity: probeIdentity,
    'invite-admin': probeIdentity,
    database: (_ref, signal) => databases.probe(signal),
    route: (_ref, signal) => routes.probe(signal),
    dns: (_ref, signal) => dns.probe(signal),
  };
}
