import type { GrantBody, MembershipBody, RoleBody, TenantBody } from '../facts/core/bodies.ts';
import { PLATFORM_TENANT } from '../facts/core/types.ts';
import type { Fact } from '../facts/core/types.ts';
import type { Identity } from '../sdk/typescript/types.ts';
import { keyOf, newestFacts } from './fold.ts';

export type Who = { readonly member: string } | Identity;

/** A sentence, without its full stop, and the fact that says it; null: no fact does. */
export interface Because {
  readonly sentence: string;
  readonly fact: Fact | null;
}

type Scope = RoleBody['scope'];

/** What a decision rests on: the newest statement about each thing, as sentences. */
export class Evidence {
  readonly #facts: readonly Fact[];
  readonly #tenant: string;
  readonly #newest: ReadonlyMap<string, Fact>;

  /** Facts that count, in the order of the log. */
  constructor(facts: readonly Fact[], tenant: string) {
    this.#facts = facts;
    this.#tenant = tenant;
    this.#newest = newestFacts(facts);
  }

  newest(tenant: string, kind: string, subject: string): Fact | undefined {
    return this.#newest.get(keyOf({ tenant, kind, subject }));
  }

  /** The newest about each member that this is or was: who lost access wants to know how. */
  memberships(who: Who): Fact[] {
    const isMeant = ({ tenant, kind, subject, op, body }: Fact): boolean => {
      if (tenant !== this.#tenant || kind !== 'membership') return false;
      if ('member' in who) return subject === `member:${who.member}`;
      const identity = op === 'assert' ? (body as MembershipBody).identity : null;
      return identity?.issuer === who.issuer && identity.sub === who.sub;
    };
    const subjects = new Set(this.#facts.filter(isMeant).map(({ subject }) => subject));
    return [...subjects].flatMap(
      (subject) => this.newest(this.#tenant, 'membership', subject) ?? [],
    );
  }

  /** Those that hold, of one member. */
  grants(member: string): Fact[] {
    const prefix = `${this.#tenant} grant ${member.replace(/^member:/, 'grant:')}:`;
    return [...this.#newest].flatMap(([key, fact]) =>
      key.startsWith(prefix) && fact.op === 'assert' ? [fact] : [],
    );
  }

  ofTenant(): Because {
    const fact = this.newest(this.#tenant, 'tenant', `tenant:${this.#tenant}`) ?? null;
    if (fact === null) return { sentence: 'The tenant was never stated and denies all', fact };
    if (fact.op === 'retract') return { sentence: 'The tenant was retracted and denies all', fact };
    const { state } = fact.body as TenantBody;
    const isOpen = state === 'active' || state === 'trial';
    return { sentence: `The tenant is ${state}${isOpen ? '' : ' and denies all'}`, fact };
  }

  ofMemberships(memberships: readonly Fact[]): Because[] {
    if (memberships.length === 0)
      return [{ sentence: 'No fact has ever named them a member of the tenant', fact: null }];
    return memberships.map((fact) => ({ sentence: membershipSentence(fact), fact }));
  }

  ofGrant(fact: Fact, permission: string | undefined): Because[] {
    const { project, roles } = fact.body as unknown as GrantBody;
    const sentence = `A grant gives ${listed(roles)} in project ${project}`;
    return [
      this.ofProject(project),
      { sentence, fact },
      ...this.ofRoles(roles, 'project', permission),
    ];
  }

  ofProject(project: string): Because {
    const fact = this.newest(this.#tenant, 'project', `project:${project}`) ?? null;
    if (fact === null) return { sentence: `Project ${project} was never stated`, fact };
    const is = fact.op === 'assert' ? 'is there' : 'was retracted, and denies whatever names it';
    return { sentence: `Project ${project} ${is}`, fact };
  }

  ofRoles(roles: readonly string[], scope: Scope, permission: string | undefined): Because[] {
    return [...new Set(roles)].map((role) => {
      const fact = this.newest(PLATFORM_TENANT, 'role', `role:${role}`) ?? null;
      return { sentence: roleSentence(role, fact, scope, permission), fact };
    });
  }
}

function listed(roles: readonly string[]): string {
  if (roles.length === 0) return 'no roles';
  return `the role${roles.length === 1 ? '' : 's'} ${roles.join(', ')}`;
}

function membershipSentence({ subject, op, body }: Fact): string {
  if (op === 'retract') return `${subject} was removed`;
  const { state, identity, roles } = body as MembershipBody;
  const bound =
    identity === null ? 'bound to nobody yet' : `bound to ${identity.sub} of ${identity.issuer}`;
  const useless = state === 'active' ? '' : ', and may do nothing';
  return `${subject} is ${state}, ${bound}, with ${listed(roles)}${useless}`;
}

function roleSentence(
  role: string,
  fact: Fact | null,
  scope: Scope,
  permission: string | undefined,
): string {
  if (fact === null) return `The role ${role} was never stated and grants nothing`;
  if (fact.op === 'retract') return `The role ${role} was retracted and grants nothing`;
  const body = fact.body as RoleBody;
  if (body.scope !== scope)
    return `The role ${role} is for a ${body.scope}: here it grants nothing`;
  const all = body.permissions.includes('*') ? 'everything' : body.permissions.join(', ');
  if (permission === undefined) return `The role ${role} grants ${all || 'nothing'}`;
  const grants = all === 'everything' || body.permissions.includes(permission);
  return `The role ${role} ${grants ? 'grants' : 'does not grant'} ${permission}`;
}
