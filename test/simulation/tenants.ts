import type { FactDraft } from '../../facts/core/types.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { memberDraft, tenantDraft } from '../sdk/support/fact-writer.ts';
import { memberId, PLATFORM_SHARD, tenantsOfShard } from '../sdk/support/tenants.ts';
import type { Dice } from './dice.ts';

/** Several chains in a shard, and several shards: what the world is about. */
const BUSY_SHARD = 5;
const QUIET_SHARD = 6;

export const SHARDS = [BUSY_SHARD, QUIET_SHARD, PLATFORM_SHARD] as const;
export const TENANTS: readonly string[] = [
  ...tenantsOfShard(BUSY_SHARD, 2),
  ...tenantsOfShard(QUIET_SHARD, 1),
];

const NAMES = [0, 1, 2] as const;
export const PRODUCTS = NAMES.map((n) => `product-${n}`);
export const SUBS = NAMES.map((n) => `user-${n}`);
export const PERMISSIONS = NAMES.map((n) => `invoice:verb-${n}`);

const roleDraft = (dice: Dice): FactDraft => ({
  kind: 'role',
  subject: `role:${dice.pick(['owner', 'viewer'])}`,
  op: 'assert',
  body: { scope: 'tenant', permissions: [dice.pick(PERMISSIONS)] },
});

const entitlementDraft = (dice: Dice): FactDraft => {
  const product = dice.pick(PRODUCTS);
  const subject = `entitlement:${product}`;
  if (dice.chance(0.3)) return { kind: 'entitlement', subject, op: 'retract', body: {} };
  const body = { product, plan: 'team', limits: { seats: dice.between(1, 100) }, until: null };
  return { kind: 'entitlement', subject, op: 'assert', body };
};

const someMember = (dice: Dice): FactDraft => {
  const n = dice.pick(NAMES);
  const state = dice.pick(['active', 'active', 'inactive'] as const);
  return memberDraft(memberId(n), SUBS[n] ?? null, [dice.pick(['owner', 'viewer'])], state);
};

/** What somebody may want to be true of a tenant. */
export const draftOf = (tenant: string, isFirst: boolean, dice: Dice): FactDraft => {
  if (tenant === PLATFORM_TENANT) return roleDraft(dice);
  if (isFirst) return tenantDraft(tenant);
  if (dice.chance(0.1)) return tenantDraft(tenant, dice.pick(['active', 'active', 'frozen']));
  return dice.chance(0.5) ? entitlementDraft(dice) : someMember(dice);
};
