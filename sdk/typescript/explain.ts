import type { GrantBody, MembershipBody, RoleBody } from '../../facts/core/bodies.ts';
import type { Fact } from '../../facts/core/types.ts';
import type { Because, Identity } from './types.ts';

/** What somebody asked. */
export type AccessQuestion = {
  identity: Identity;
  permission: string;
  tenant: string;
  project: string | undefined;
};

/** Of one tenant, by kind and subject: the last assertion that nothing has ended. */
export type LiveFacts = ReadonlyMap<string, Fact>;

const keyOf = (kind: string, subject: string): string => `${kind} ${subject}`;

/** Facts of one tenant in the order of `seq`, without void ones, to those that hold. */
export const foldFacts = (facts: Iterable<Fact>): LiveFacts => {
  const live = new Map<string, Fact>();
  for (const fact of facts) {
    const key = keyOf(fact.kind, fact.subject);
    if (fact.op === 'assert') live.set(key, fact);
    else live.delete(key);
  }
  return live;
};

const ofKind = (live: LiveFacts, kind: string): Fact[] =>
  [...live.values()].filter((fact) => fact.kind === kind);

/** By code units, as every kit does. */
const bySubject = (facts: readonly Fact[]): Fact[] =>
  facts.toSorted((a, b) => (a.subject < b.subject ? -1 : 1));

const one = (fact: Fact | undefined): Fact[] => (fact === undefined ? [] : [fact]);

const membershipsOf = (live: LiveFacts, { issuer, sub }: Identity): Fact[] =>
  ofKind(live, 'membership').filter(({ body }) => {
    const { identity } = body as MembershipBody;
    return identity?.issuer === issuer && identity.sub === sub;
  });

const grantsOf = (live: LiveFacts, memberships: readonly Fact[], project: string): Fact[] => {
  const subjects = new Set(memberships.map(({ subject }) => subject));
  return ofKind(live, 'grant').filter(({ body }) => {
    const grant = body as unknown as GrantBody;
    return grant.project === project && subjects.has(`member:${grant.member}`);
  });
};

/** Roles of a scope that these facts name, and that hold the permission. */
const rolesOf = (
  platform: LiveFacts,
  naming: readonly Fact[],
  scope: RoleBody['scope'],
  permission: string,
): Fact[] => {
  const names = new Set(naming.flatMap(({ body }) => body['roles'] as string[]));
  return [...names].flatMap((name) => {
    const fact = platform.get(keyOf('role', `role:${name}`));
    const body = fact?.body as RoleBody | undefined;
    const holds = body?.permissions.some((held) => held === permission || held === '*') === true;
    return body?.scope === scope && holds ? one(fact) : [];
  });
};

const becauseOf = ({ tenant, seq, kind, subject, id, at, cause }: Fact): Because => {
  const { operation, actor } = cause;
  return { tenant, seq, kind, subject, id, at, operation, actor };
};

/** The live facts that an answer rests on, in the order that every kit gives them in. */
export const becauseFacts = (
  { identity, permission, tenant, project }: AccessQuestion,
  live: LiveFacts,
  platform: LiveFacts,
): Because[] => {
  const memberships = membershipsOf(live, identity);
  const grants = project === undefined ? [] : grantsOf(live, memberships, project);
  const inProject =
    project === undefined ? undefined : live.get(keyOf('project', `project:${project}`));
  return [
    ...one(live.get(keyOf('tenant', `tenant:${tenant}`))),
    ...bySubject(memberships),
    ...one(inProject),
    ...bySubject(grants),
    ...bySubject([
      ...rolesOf(platform, memberships, 'tenant', permission),
      ...rolesOf(platform, grants, 'project', permission),
    ]),
  ].map(becauseOf);
};
