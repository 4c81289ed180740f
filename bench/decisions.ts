import { PLATFORM_TENANT } from '../facts/core/types.ts';
import { Index } from '../sdk/typescript/decision-index.ts';
import { clockCostNs } from './clock-cost.ts';
import { quantile, valueRow } from './row.ts';
import type { Row } from './row.ts';

const TENANTS = 10_000;
const MEMBERS_PER_TENANT = 99;
const DECISIONS = 1_000_000;
const WARM_UP = 200_000;
/** DESIGN 8. */
const BOUND_US = 2;

/** p99 of a decision at a million facts, each about another member of another tenant. */
export function benchDecisions(): Row[] {
  const index = filledIndex();
  const tookNs = new Float64Array(DECISIONS);
  for (let i = -WARM_UP; i < DECISIONS; i += 1) {
    // A large step through both counters, so that no two questions share a cache line.
    const tenant = asParsed(uuid(((i + WARM_UP) * 7_919) % TENANTS));
    const member = asParsed(`sub-${((i + WARM_UP) * 104_729) % MEMBERS_PER_TENANT}`);
    const issuer = asParsed(`https://id.example/realms/${tenant}`);
    const startedNs = process.hrtime.bigint();
    const reason = index.decide(issuer, member, 'project:read', tenant, undefined);
    const endedNs = process.hrtime.bigint();
    if (reason !== 'granted') throw new Error(`a wrong decision: ${reason}`);
    if (i >= 0) tookNs[i] = Number(endedNs - startedNs);
  }
  const clockNs = clockCostNs();
  const us = (q: number) => (quantile(tookNs, q) - clockNs) / 1_000;
  return [
    valueRow('decision at a million facts, p50', 'us', us(0.5), null),
    valueRow('decision at a million facts, p99', 'us', us(0.99), BOUND_US),
  ];
}

function filledIndex(): Index {
  const index = new Index();
  const permissions = { scope: 'tenant', permissions: ['project:read'] };
  const role = { kind: 'role', subject: 'role:reader', op: 'assert', body: permissions } as const;
  index.apply({ ...role, tenant: PLATFORM_TENANT });
  for (let t = 0; t < TENANTS; t += 1) {
    const tenant = uuid(t);
    const state = { slug: `t${t}`, state: 'active', plan: 'team', isolation: 'silo', demo: false };
    const subject = `tenant:${tenant}`;
    index.apply({ tenant, kind: 'tenant', subject, op: 'assert', body: state });
    for (let m = 0; m < MEMBERS_PER_TENANT; m += 1) {
      const identity = { issuer: `https://id.example/realms/${tenant}`, sub: `sub-${m}` };
      const body = { state: 'active', identity, roles: ['reader'] };
      const member = `member:${uuid(t * MEMBERS_PER_TENANT + m)}`;
      index.apply({ tenant, kind: 'membership', subject: member, op: 'assert', body });
    }
  }
  return index;
}

function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** One flat piece of memory, as a string of a verified token is: not the parts of a template. */
function asParsed(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
