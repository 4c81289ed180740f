import { systemClock } from '../../../adapters/system/clock.ts';
import { systemIds } from '../../../adapters/system/ids.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Operation } from '../../../ports/registry-store.ts';
import { acceptProvision, type ProvisionRequest } from '../../../registry/accept-provision.ts';
import { aRequest } from '../saga-requests.ts';
import type { World } from '../saga-world.ts';
import { ZONE } from './real-outside.ts';

/** Accepts a tenant whose host lies in the zone of the real DNS servers. */
export async function acceptInZone(
  { api }: Pick<World, 'api'>,
  over: Partial<ProvisionRequest> = {},
  clock: Clock = systemClock,
): Promise<Operation> {
  const { operations, tenants } = api;
  const ports = { operations, tenants, clock, ids: systemIds, domain: ZONE, seeds: new Map() };
  const accepted = await acceptProvision(ports, { ...aRequest(), ...over });
  if (accepted.outcome !== 'accepted') throw new Error(`not accepted: ${accepted.outcome}`);
  return accepted.operation;
}
