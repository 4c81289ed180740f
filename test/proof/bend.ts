import type { DoctorPorts } from '../../registry/doctor-ports.ts';
import type { Bend } from './orders.ts';

const WITHIN_MS = 20_000;

/** As another hand does it that has our rights: no saga knows of it. Repeatable. */
export async function bendOutside(
  {
    identity,
    databases,
    routes,
    dns,
  }: Pick<DoctorPorts, 'identity' | 'databases' | 'routes' | 'dns'>,
  { way, owner, slug, host }: Bend,
): Promise<void> {
  const call = { owner, signal: AbortSignal.timeout(WITHIN_MS) };
  if (way === 'leave') return routes.ensure({ slug, host }, call);
  await dns.remove(host, call);
  await routes.remove(slug, call);
  await databases.remove(call);
  await identity.silo.remove(slug, call);
}
