import type { TenantView } from '../domain/decision.ts';
import { changeMembership, membersOf } from '../domain/membership-change.ts';
import type { MembershipChange, MembershipInput } from '../domain/membership-change.ts';
import { NOTHING_SOLD } from '../domain/sales.ts';
import {
  idempotencyOf,
  roleProblems,
  unlessReplayed,
  type AcceptCaller,
  type AcceptPorts,
  type AcceptResult,
} from './accept.ts';

/** As it is asked for; what else the saga needs is found here. */
export type AskedChange =
  | Exclude<MembershipChange, { change?: 'roles' }>
  | { readonly change: 'roles'; readonly member: string; readonly roles: readonly string[] };

export interface MembershipRequest extends AcceptCaller {
  readonly tenant: string;
  readonly change: AskedChange;
}

/**
 * Accepts a `changeMembership`. The rule is asked already here, which saves the caller a saga; it
 * decides again in the commit, under the head lock, since all of it may have changed by then.
 */
export async function acceptMembershipChange(
  ports: AcceptPorts,
  request: MembershipRequest,
): Promise<AcceptResult> {
  const { operations, ids, clock } = ports;
  const { tenant, actor } = request;
  const asked = normalised(request.change);
  const keyed = idempotencyOf(request, { tenant, ...asked });
  const view = await readView(ports, tenant);
  const input = completed(asked, view);
  const refusal = refuse(view, input, request, clock.nowMs());
  if (refusal !== undefined) return unlessReplayed(operations, keyed, refusal);
  return operations.accept({
    operation: { id: ids.uuid(), kind: 'changeMembership', tenant, actor, input: { ...input } },
    secrets: new Map(),
    ...keyed,
    nowMs: clock.nowMs(),
  });
}

/** Each role once, in their order: the same request is the same. */
function normalised(asked: AskedChange): AskedChange {
  if (asked.change !== 'roles') return asked;
  return { ...asked, roles: [...new Set(asked.roles)].toSorted() };
}

async function readView({ tenants }: AcceptPorts, id: string): Promise<TenantView> {
  const [tenant, members, catalog] = await Promise.all([
    tenants.findTenant(id),
    tenants.listMembers(id),
    tenants.readCatalog(),
  ]);
  // No rule of memberships asks what was sold.
  return { tenant, members, catalog, ...NOTHING_SOLD };
}

function completed(asked: AskedChange, { members }: TenantView): MembershipInput {
  const concerned = members.filter(({ id }) => membersOf(asked).includes(id));
  const subs = concerned.flatMap(({ id, identity }) => (identity ? [[id, identity.sub]] : []));
  return { ...asked, subs: Object.fromEntries(subs) };
}

function refuse(
  view: TenantView,
  input: MembershipChange,
  { change }: MembershipRequest,
  nowMs: number,
): AcceptResult | undefined {
  const decision = changeMembership(view, input, nowMs);
  if (!('refused' in decision)) return undefined;
  switch (decision.refused) {
    case 'role-unknown':
      return { outcome: 'invalid', problems: problemsOf(view, change) };
    case 'tenant-not-found':
    case 'tenant-state':
    case 'member-not-found':
    case 'member-state':
    case 'last-owner':
    case 'not-owner':
      return { outcome: decision.refused };
    default:
      throw new Error(`a change of membership is not refused with ${decision.refused}`);
  }
}

/** By their places in the request. */
function problemsOf({ catalog }: TenantView, change: AskedChange) {
  return change.change === 'roles' ? roleProblems(catalog, change.roles) : [];
}
