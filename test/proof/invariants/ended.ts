import type { ProofWorld } from '../world.ts';
import { select } from './subject.ts';
import type { Findings, Subject } from './subject.ts';

/** Of such a tenant nothing secret is kept. */
const GONE: ReadonlySet<string | undefined> = new Set(['failed', 'archived']);

/** I2: the saga ended, its tenant is as its story says, and nothing is held any more. */
export async function ended(world: ProofWorld, { operation, story }: Subject): Findings {
  const { id, tenant, state } = operation;
  const [row] = await select<{ state: string; holds_lock: boolean }>(
    world,
    'select state, holds_lock from operations where id = $1',
    id,
  );
  const [there] = await select<{ state: string }>(
    world,
    'select state from tenants where id = $1',
    tenant,
  );
  const secrets = await select(world, 'select name from secrets where tenant = $1', tenant);
  const isEnded = state === 'done' || state === 'unwound';
  const wanted = isEnded ? story.leaves[state] : undefined;
  return [
    ...(isEnded ? [] : [`the saga is ${state}, and ended nowhere`]),
    ...(row?.state === state ? [] : [`the row of the saga says ${row?.state}, not ${state}`]),
    ...(row?.holds_lock === true ? ['the saga ended and holds its tenant’s lock'] : []),
    ...(there?.state === wanted ? [] : [`the tenant is ${there?.state}, not ${wanted}`]),
    ...(GONE.has(there?.state) && secrets.length > 0
      ? [`it is ${there?.state}, with secrets`]
      : []),
  ];
}
