import type { GrantBody, MembershipBody, RoleBody } from '../facts/core/bodies.ts';
import { PLATFORM_TENANT } from '../facts/core/types.ts';
import type { Fact } from '../facts/core/types.ts';
import { Index } from '../sdk/typescript/decision-index.ts';
import type { Accepted } from '../sdk/typescript/reader.ts';
import type { DecisionReason, Identity } from '../sdk/typescript/types.ts';
import { Evidence } from './evidence.ts';
import type { Because, Who } from './evidence.ts';

export interface Question {
  readonly tenant: string;
  readonly who: Who;
  /** Undefined: every permission that one of the roles names. */
  readonly permission: string | undefined;
  /** Undefined: the tenant, and each project with a grant. */
  readonly project: string | undefined;
}

export interface Explanation {
  readonly decisions: readonly {
    readonly permission: string;
    /** Null: in the tenant as a whole. */
    readonly project: string | null;
    /** Only `granted` allows; from the very index that data planes decide by. */
    readonly reason: DecisionReason;
  }[];
  readonly because: readonly Because[];
}

/** Why somebody may or may not, by verified facts in the order of the log. Pure. */
export function explainAccess(question: Question, facts: readonly Accepted[]): Explanation {
  const { tenant, who, project } = question;
  const counted = facts.filter(({ isVoid }) => !isVoid).map(({ fact }) => fact);
  const index = new Index();
  for (const fact of counted) index.apply(fact);
  const evidence = new Evidence(counted, tenant);
  const memberships = evidence.memberships(who);
  const roles = memberships.flatMap(({ body }) => rolesIn(body));
  const grants = memberships
    .flatMap(({ subject }) => evidence.grants(subject))
    .filter((grant) => project === undefined || projectOf(grant) === project);
  const identity = 'member' in who ? identityOf(memberships) : who;
  const decide = (permission: string, place: string | null): DecisionReason =>
    identity === undefined
      ? 'member-unknown'
      : index.decide(identity.issuer, identity.sub, permission, tenant, place ?? undefined);
  const named = [...roles, ...grants.flatMap(({ body }) => rolesIn(body))];
  const asked =
    question.permission === undefined ? permissions(evidence, named) : [question.permission];
  const places = project === undefined ? [null, ...grants.map(projectOf)] : [project];
  const decisions = [...new Set(places)].flatMap((place) =>
    asked.map((permission) => ({ permission, project: place, reason: decide(permission, place) })),
  );
  return {
    // Of all permissions only those are worth a line that are there, or else why there are none.
    decisions: question.permission === undefined ? worthTelling(decisions) : decisions,
    because: [
      evidence.ofTenant(),
      ...evidence.ofMemberships(memberships),
      ...evidence.ofRoles(roles, 'tenant', question.permission),
      ...grants.flatMap((grant) => evidence.ofGrant(grant, question.permission)),
      ...(project === undefined ? [] : [evidence.ofProject(project)]),
    ],
  };
}

type Decisions = Explanation['decisions'];

function worthTelling(decisions: Decisions): Decisions {
  const granted = decisions.filter(({ reason }) => reason === 'granted');
  return granted.length > 0 ? granted : decisions.slice(0, 1);
}

/** `*` when there are none: it is denied, and the reason tells why. */
function permissions(evidence: Evidence, roles: readonly string[]): string[] {
  const all = roles.flatMap((role) => {
    const fact = evidence.newest(PLATFORM_TENANT, 'role', `role:${role}`);
    return fact?.op === 'assert' ? (fact.body as RoleBody).permissions : [];
  });
  return all.length === 0 ? ['*'] : [...new Set(all)];
}

function identityOf(memberships: readonly Fact[]): Identity | undefined {
  const [fact] = memberships;
  return fact?.op === 'assert' ? ((fact.body as MembershipBody).identity ?? undefined) : undefined;
}

function rolesIn(body: Fact['body']): string[] {
  return (body as Partial<MembershipBody>).roles ?? [];
}

function projectOf({ body }: Fact): string {
  return (body as unknown as GrantBody).project;
}
