import type { EntitlementBody, GrantBody, MembershipBody } from '../../facts/core/bodies.ts';
import type { ApiKeyBody, RoleBody, TenantBody } from '../../facts/core/bodies.ts';
import type { TenantFactState } from '../../facts/core/bodies.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { Fact } from '../../facts/core/types.ts';
import { ApiKeyTable } from './api-key-table.ts';
import type { ApiKey } from './api-key-table.ts';
import { MemberTable, NONE } from './member-table.ts';
import { RoleSets } from './role-sets.ts';
import type { RoleSet } from './role-sets.ts';
import type { ApiKeyOptions, ApiKeyReason, DecisionReason, EntitlementReason } from './types.ts';

type Tenant = {
  readonly number: number;
  readonly projects: Set<string>;
  /** member -> its subject in the table; those without an identity are in neither. */
  readonly members: Map<string, string>;
  /** member -> project -> roles. */
  readonly grants: Map<string, Map<string, RoleSet>>;
  readonly entitlements: Map<string, EntitlementBody>;
};

/** Of a tenant, by its number. Unknown: before its tenant fact and after its retraction. */
const [UNKNOWN, CLOSED, OPEN] = [0, 1, 2];

const standingOf = (state: TenantFactState): number =>
  state === 'active' || state === 'trial' ? OPEN : CLOSED;

const FIRST_TENANTS = 256;

/** What the index reads of a fact. Its body was checked by `checkBody`. */
export type IndexedFact = Pick<Fact, 'tenant' | 'kind' | 'subject' | 'op' | 'body'>;

const allows = (set: RoleSet | undefined, permission: string): boolean =>
  set !== undefined && (set.every || set.permissions.has(permission));

const hasPassed = (until: string | null, nowMs: number): boolean =>
  until !== null && Date.parse(until) <= nowMs;

const nameIn = (subject: string): string => subject.slice(subject.indexOf(':') + 1);

/**
 * The fold of all facts that decisions need: the last assertion per (kind, subject), minus the
 * retracted ones. Pure memory; the look-ups build no strings.
 */
export class Index {
  readonly #tenants = new Map<string, Tenant>();
  /** Standing of each tenant by its number: a byte each stays in the processor's cache. */
  #standings = new Uint8Array(FIRST_TENANTS);
  #tenantCount = 0;
  readonly #members = new MemberTable();
  readonly #roles = new RoleSets();
  readonly #apiKeys = new ApiKeyTable();

  apply(fact: IndexedFact): void {
    const asserted = fact.op === 'assert';
    switch (fact.kind) {
      case 'tenant':
        this.#applyTenant(fact, asserted ? (fact.body as TenantBody) : undefined);
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
      case 'api-key':
        this.#applyApiKey(fact, asserted ? (fact.body as ApiKeyBody) : undefined);
        return;
      default:
      // Products, plans and apps do not decide, nor does any kind of a later version.
    }
  }

  /** Forgets a tenant, e.g. before its shard is read anew; with the platform's chain its roles. */
  forget(tenant: string): void {
    if (tenant === PLATFORM_TENANT) this.#roles.clear();
    this.#apiKeys.forget(tenant);
    const known = this.#tenants.get(tenant);
    if (known === undefined) return;
    for (const [id, sub] of known.members) this.#members.remove(tenant, sub, id);
    this.#standings[known.number] = UNKNOWN;
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
    const members = this.#members;
    let row = members.find(tenantId, sub);
    const number = row === NONE ? this.#tenants.get(tenantId)?.number : members.tenantOf(row);
    const closed = this.#closed(number);
    if (closed !== undefined) return closed;
    let reason: DecisionReason = 'member-unknown';
    for (; row !== NONE; row = members.next(row)) {
      if (members.issuerOf(row) !== issuer) continue;
      if (members.isActive(row)) {
        reason = this.#allows(row, permission, tenantId, project);
        if (reason === 'granted') return reason;
      } else if (reason === 'member-unknown') reason = 'member-inactive';
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
    const closed = this.#closed(tenant?.number);
    if (closed !== undefined) return { reason: closed, body: undefined };
    const body = tenant?.entitlements.get(product);
    if (body === undefined) return { reason: 'not-entitled', body };
    return { reason: hasPassed(body.until, nowMs) ? 'ended' : 'entitled', body };
  }

  /** By the key's hash, base64url. `nowMs`: wall clock, for keys that end. */
  apiKey(
    hash: string,
    { scope, namespace }: ApiKeyOptions,
    nowMs: number,
  ): { reason: ApiKeyReason; key: ApiKey | undefined } {
    const key = this.#apiKeys.find(hash);
    if (key === undefined) return { reason: 'key-unknown', key };
    const { tenant, body } = key;
    const closed = this.#closed(this.#tenants.get(tenant)?.number);
    if (closed !== undefined) return { reason: closed, key };
    if (hasPassed(body.until, nowMs)) return { reason: 'key-expired', key };
    if (scope !== undefined && !body.scopes.includes(scope))
      return { reason: 'scope-missing', key };
    const isElsewhere = namespace !== undefined && namespace !== body.namespace;
    return { reason: isElsewhere ? 'namespace-mismatch' : 'granted', key };
  }

  #closed(tenantNumber: number | undefined): 'tenant-unknown' | 'tenant-inactive' | undefined {
    const standing = tenantNumber === undefined ? UNKNOWN : this.#standings[tenantNumber];
    if (standing === OPEN) return undefined;
    return standing === CLOSED ? 'tenant-inactive' : 'tenant-unknown';
  }

  #allows(
    row: number,
    permission: string,
    tenantId: string,
    project: string | undefined,
  ): DecisionReason {
    const roles = this.#roles.at(this.#members.rolesOf(row));
    if (project === undefined) return allows(roles, permission) ? 'granted' : 'no-permission';
    const tenant = this.#tenants.get(tenantId);
    if (tenant === undefined || !tenant.projects.has(project)) return 'project-unknown';
    if (allows(roles, permission)) return 'granted';
    const granted = tenant.grants.get(this.#members.idOf(row))?.get(project);
    return allows(granted, permission) ? 'granted' : 'no-permission';
  }

  #tenant(fact: IndexedFact): Tenant {
    const known = this.#tenants.get(fact.tenant);
    if (known !== undefined) return known;
    const made: Tenant = {
      number: this.#tenantCount,
      projects: new Set(),
      members: new Map(),
      grants: new Map(),
      entitlements: new Map(),
    };
    this.#tenants.set(fact.tenant, made);
    this.#tenantCount += 1;
    if (this.#tenantCount > this.#standings.length) {
      const grown = new Uint8Array(this.#standings.length * 2);
      grown.set(this.#standings);
      this.#standings = grown;
    }
    return made;
  }

  #applyTenant(fact: IndexedFact, body: TenantBody | undefined): void {
    const { number } = this.#tenant(fact);
    this.#standings[number] = body === undefined ? UNKNOWN : standingOf(body.state);
  }

  #applyMembership(fact: IndexedFact, body: MembershipBody | undefined): void {
    const tenant = this.#tenant(fact);
    const id = nameIn(fact.subject);
    const before = tenant.members.get(id);
    if (before !== undefined) this.#members.remove(fact.tenant, before, id);
    tenant.members.delete(id);
    if (body === undefined || body.identity === null) return;
    const { identity, state } = body;
    const roles = this.#roles.setOf('tenant', body.roles).number;
    const member = { id, tenant: fact.tenant, tenantNumber: tenant.number, identity, state, roles };
    this.#members.add(member);
    tenant.members.set(id, identity.sub);
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

  #applyApiKey(fact: IndexedFact, body: ApiKeyBody | undefined): void {
    if (body === undefined) this.#apiKeys.remove(fact.tenant, nameIn(fact.subject));
    else this.#apiKeys.put(fact.tenant, nameIn(fact.subject), body);
  }

  /** Only the platform's chain gives roles their meaning. */
  #applyRole(fact: IndexedFact, body: RoleBody | undefined): void {
    if (fact.tenant !== PLATFORM_TENANT) return;
    if (body === undefined) this.#roles.remove(nameIn(fact.subject));
    else this.#roles.define(nameIn(fact.subject), body);
  }
}
