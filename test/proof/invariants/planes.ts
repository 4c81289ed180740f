import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import { parsePayload } from '../../../facts/core/payload.ts';
import { Index } from '../../../sdk/typescript/decision-index.ts';
import { eventually } from '../../support/eventually.ts';
import { healedWithinMs } from '../../support/faults/healing.ts';
import { wrongRefusals } from '../../support/faults/refusals.ts';
import type { ProofWorld } from '../world.ts';
import { select } from './subject.ts';
import type { Findings, Subject } from './subject.ts';

const PERMISSIONS = ['tenant:update', 'project:deploy', 'invoice:read'];

/** I5: the data plane has applied the tenant's facts and no others, and decides by them. */
export async function planeOf(world: ProofWorld, { operation }: Subject): Findings {
  const { tenant } = operation;
  const rows = await select<{ id: string; tenant: string; payload: Buffer }>(
    world,
    'select id, tenant, payload from facts where tenant = any($1) order by index',
    [PLATFORM_TENANT, tenant],
  );
  const wanted = rows.filter((row) => row.tenant === tenant).map(({ id }) => id);
  const missing = await caughtUp(() => different(wanted, appliedOf(world, tenant)));
  return [...missing, ...(await wrongDecisions(world, tenant, rows)), ...refusals(world)];
}

function refusals({ stack }: ProofWorld): string[] {
  return wrongRefusals(stack.plane.refused).map(
    (code) => `the data plane refused something: ${code}`,
  );
}

/** I5, of all tenants: nothing was applied that the registry did not sign. */
export async function planeOfAll(world: ProofWorld): Findings {
  const { plane } = world.stack;
  return caughtUp(async () => {
    const rows = await select<{ id: string }>(world, 'select id from facts order by id');
    return different(
      rows.map(({ id }) => id),
      plane.applied.map(({ id }) => id),
    );
  });
}

const appliedOf = ({ stack }: ProofWorld, tenant: string): string[] =>
  stack.plane.applied.flatMap((fact) => (fact.tenant === tenant ? [fact.id] : []));

function different(wanted: readonly string[], applied: readonly string[]): string[] {
  const [want, have] = [wanted, applied].map((ids) => ids.toSorted().join());
  return want === have
    ? []
    : [`the data plane applied ${applied.length} facts, not the ${wanted.length} of the registry`];
}

async function caughtUp(look: () => string[] | Promise<string[]>): Promise<string[]> {
  const equal = async () => (await look()).length === 0;
  return eventually(equal, { withinMs: healedWithinMs(), everyMs: 100 }).then(() => [], look);
}

async function wrongDecisions(
  { stack }: ProofWorld,
  tenant: string,
  rows: readonly { readonly payload: Buffer }[],
): Promise<string[]> {
  const index = new Index();
  const facts = rows.map(({ payload }) => parsePayload(payload));
  for (const fact of facts) index.apply(fact);
  const findings: string[] = [];
  for (const { kind, body } of facts) {
    const identity = kind === 'membership' ? body?.['identity'] : undefined;
    if (typeof identity !== 'object' || identity === null) continue;
    const { issuer, sub } = identity as unknown as { issuer: string; sub: string };
    for (const permission of PERMISSIONS) {
      const wanted = index.decide(issuer, sub, permission, tenant, undefined);
      const { reason } = await stack.plane.can({ identity: { issuer, sub }, permission, tenant });
      if (reason !== wanted)
        findings.push(`${permission}: the plane says ${reason}, not ${wanted}`);
    }
  }
  return findings;
}
