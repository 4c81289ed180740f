import type { EntitlementBody, GrantBody, MembershipBody } from '../../facts/core/bodies.ts';
import type { RoleBody, TenantBody, TenantFactState } from '../../facts/core/bodies.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { Fact } from '../../facts/core/types.ts';
import { RoleSets } from './role-sets.ts';
import type { RoleSet } from './role-sets.ts';
import type { DecisionReason, EntitlementReason } from './types.ts';

type Member = {
  readonly id: string;
  state: MembershipBody['state'];
  identity: MembershipBody['identity'];
  roles: RoleSet;
  /** Another member of the tenant with the same identity: somebody who left and came back. */
  next: Member | undefined;
};

type Tenant = {
  /** undefined before its tenant fact and after its retraction. */
  state: TenantFactState | undefined;
  readonly projects: Set<string>;
  readonly members: Map<string, Member>;
  /** issuer -> sub -> member. */
  readonly identities: Map<string, Map<string, Member>>;
  /** member -> project -> roles. */
  readonly grants: Map<string, Map<string, RoleSet>>;
  readonly entitlements: Map<string, EntitlementBody>;
};

/** What the index reads of a fact. Its body was checked by `checkBody`. */
export type IndexedFact = Pick<Fact, 'tenant' | 'kind' | 'subject' | 'op' | 'body'>;

const allows = (set: RoleSet | undefined, permission: string): boolean =>
  set !== undefined && (set.every || set.permissions.has(permission));

const nameIn = (subject: string): string => subject.slice(subject.indexOf(':') + 1);

/**
 * The fold of all facts that decisions need: the last assertion per (kind, subject), minus the
 * retracted ones. Pure memory; the look-ups build no strings.
 */
export class Index {
  readonly #tenants = new Map<string, Tenant>();
  readonly #roles = new RoleSets();

  apply(fact: IndexedFact): void {
    const asserted = fact.op === 'assert';
    switch (fact.kind) {
      case 'tenant':
        this.#tenant(fact).state = asserted ? (fact.body as TenantBody).state : undefined;
        return;
      case 'project':
        if (asserted) this.#tenant(fact).projects.add(nameIn(fact.subject));
        else this.#tenant(fact).projects.delete(nameIn(fact.subject));
        return;
      case 'membership':
        this.#applyMembership(fact, asserted ? (fact.body as MembershipBody) : undefined);
        return;
      case 'grant':
        this.#applyGrant(fact, asserted ? (fact.body as unknown as GrantBody) : undefined);
        return;
      case 'entitlement':
        this.#applyEntitlement(fact, asserted);
        return;
      case 'role':
        this.#applyRole(fact, asserted ? (fact.body as RoleBody) : undefined);
        return;
      default:
      // Products, plans and apps do not decide, nor does any kind of a later version.
    }
  }

  /** Forgets a tenant, e.g. before its shard is read anew. Roles stay until stated again. */
  forget(tenant: string): void {
    this.#tenants.delete(tenant);
  }

  /** Why the identity may or may not; only `granted` allows. Tenant roles hold in projects too. */
  decide(
    issuer: string,
    sub: string,
    permission: string,
    tenantId: string,
    project: string | undefined,
  ): DecisionReason {
    const tenant = this.#tenants.get(tenantId);
    if (tenant?.state === undefined) return 'tenant-unknown';
    if (tenant.state !== 'active' && tenant.state !== 'trial') return 'tenant-inactive';
    let member = tenant.identities.get(issuer)?.get(sub);
    if (member === undefined) return 'member-unknown';
    if (project !== undefined && !tenant.projects.has(project)) return 'project-unknown';
    let reason: DecisionReason = 'member-inactive';
    for (; member !== undefined; member = member.next) {
      if (member.state !== 'active') continue;
      if (allows(member.roles, permission)) return 'granted';
      if (project !== undefined) {
        if (allows(tenant.grants.get(member.id)?.get(project), permission)) return 'granted';
      }
      reason = 'no-permission';
    }
    return reason;
  }

  /** `nowMs`: wall clock, for entitlements that end. */
  entitlement(
    tenantId: string,
    product: string,
    nowMs: number,
  ): { reason: EntitlementReason; body: EntitlementBody | undefined } {
    const tenant = this.#tenants.get(tenantId);
    if (tenant?.state === undefined) return { reason: 'tenant-unknown', body: undefined };
    if (tenant.state !== 'active' && tenant.state !== 'trial') {
      return { reason: 'tenant-inactive', body: undefined };
    }
    const body = tenant.entitlements.get(product);
    if (body === undefined) return { reason: 'not-entitled', body };
    const ended = body.until !== null && Date.parse(body.until) <= nowMs;
    return { reason: ended ? 'ended' : 'entitled', body };
  }

  #tenant(fact: IndexedFact): Tenant {
    const known = this.#tenants.get(fact.tenant);
    if (known !== undefined) return known;
    const made: Tenant = {
      state: undefined,
      projects: new Set(),
      members: new Map(),
      identities: new Map(),
      grants: new Map(),
      entitlements: new Map(),
    };
    this.#tenants.set(fact.tenant, made);
    return made;
  }

  #applyMembership(fact: IndexedFact, body: MembershipBody | undefined): void {
    const tenant = this.#tenant(fact);
    const id = nameIn(fact.subject);
    const before = tenant.members.get(id);
    if (before !== undefined) unlink(tenant, before);
    tenant.members.delete(id);
    if (body === undefined) return;
    const roles = this.#roles.setOf('tenant', body.roles);
    const { state, identity } = body;
    const member: Member = { id, state, identity, roles, next: undefined };
    tenant.members.set(id, member);
    link(tenant, member);
  }

  #applyGrant(fact: IndexedFact, body: GrantBody | undefined): void {
    const tenant = this.#tenant(fact);
    const [member = '', project = ''] = nameIn(fact.subject).split(':');
    const ofMember = tenant.grants.get(member) ?? new Map<string, RoleSet>();
    tenant.grants.set(member, ofMember);
    if (body === undefined) ofMember.delete(project);
    else ofMember.set(project, this.#roles.setOf('project', body.roles));
    if (ofMember.size === 0) tenant.grants.delete(member);
  }

  #applyEntitlement(fact: IndexedFact, asserted: boolean): void {
    const { entitlements } = this.#tenant(fact);
    const product = nameIn(fact.subject);
    if (asserted) entitlements.set(product, fact.body as unknown as EntitlementBody);
    else entitlements.delete(product);
  }

  /** Only the platform's chain gives roles their meaning. */
  #applyRole(fact: IndexedFact, body: RoleBody | undefined): void {
    if (fact.tenant !== PLATFORM_TENANT) return;
    if (body === undefined) this.#roles.remove(nameIn(fact.subject));
    else this.#roles.define(nameIn(fact.subject), body);
  }
}

const link = (tenant: Tenant, member: Member): void => {
  if (member.identity === null) return;
  const { issuer, sub } = member.identity;
  const ofIssuer = tenant.identities.get(issuer) ?? new Map<string, Member>();
  tenant.identities.set(issuer, ofIssuer);
  member.next = ofIssuer.get(sub);
  ofIssuer.set(sub, member);
};

const unlink = (tenant: Tenant, member: Member): void => {
  if (member.identity === null) return;
  const { issuer, sub } = member.identity;
  const ofIssuer = tenant.identities.get(issuer);
  const first = ofIssuer?.get(sub);
  if (ofIssuer === undefined || first === undefined) return;
  if (first !== member) {
    let at = first;
    while (at.next !== undefined && at.next !== member) at = at.next;
    at.next = member.next;
    return;
  }
  if (member.next !== undefined) ofIssuer.set(sub, member.next);
  else ofIssuer.delete(sub);
  if (ofIssuer.size === 0) tenant.identities.delete(issuer);
};
