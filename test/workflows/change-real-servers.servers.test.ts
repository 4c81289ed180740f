import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Isolation } from '../../domain/isolation.ts';
import { INVITE_LINK_SECRET } from '../../ports/secrets.ts';
import type { AskedChange } from '../../registry/accept-membership-change.ts';
import { acceptInvite, askTokens, signInByCode, takeTokens } from '../adapters/keycloak/sign-in.ts';
import { addMember } from '../support/changed-world.ts';
import { realKeycloak } from '../support/faults/real-outside.ts';
import { aTenant } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, type World } from '../support/saga-world.ts';

const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
const PATIENT = { attemptTimeoutMs: 30_000, retryBudgetMs: 60_000 };
const DEAD = { refresh: false, userinfo: false };
const ALIVE = { refresh: true, userinfo: true };

let keycloak: Awaited<ReturnType<typeof realKeycloak>>;
let world: World;
beforeAll(async () => {
  keycloak = await realKeycloak();
  const identity = { silo: keycloak.realms(), pool: keycloak.organizations() };
  const outside = { ...memoryOutside(), identity, mailCatcher: keycloak.catcher };
  world = await createWorld({ timing: PATIENT, outside });
}, SETUP_WITHIN_MS);
afterAll(async () => {
  await world?.close();
  await keycloak?.catcher.close();
});

/** A tenant whose first admin can sign in, and is not its only owner. `ann`: who can already. */
async function tenantOf(isolation: Isolation, ann?: string) {
  const made = await aTenant(world, { isolation, ...(ann && { adminEmail: ann }) });
  const { tenant, slug, issuer, owner, ownerEmail } = made;
  await addMember(world, made, ['org-owner']);
  if (ann === undefined) {
    const link = await world.store.secrets.find(tenant, INVITE_LINK_SECRET);
    await acceptInvite(keycloak.config.adminUrl, link ?? 'no link');
  }
  const { host = '' } = (await world.api.tenants.findTenant(tenant)) ?? {};
  const sub = (await world.api.tenants.findMember(tenant, owner))?.identity?.sub ?? '';
  const silo = isolation === 'silo';
  const login = {
    ...{ issuer, clientId: silo ? 'web' : `web.${slug}`, redirectUri: `https://${host}/callback` },
    scope: silo ? 'openid' : `openid organization:${slug}`,
    username: ownerEmail,
  };
  const change = async (asked: AskedChange) =>
    expect((await world.ended(await world.change(tenant, asked))).state).toBe('done');
  return { tenant, slug, owner, sub, login, change, isolation };
}
type Made = Awaited<ReturnType<typeof tenantOf>>;

/** Where Keycloak has the first admin; undefined: the pool's organization has them not. */
async function placeOf({ isolation, slug, sub }: Made): Promise<unknown> {
  const client = await keycloak.signedIn();
  const namesOf = (groups: { name?: string }[]) => groups.map(({ name }) => name);
  if (isolation === 'silo') return namesOf(await client.users.listGroups({ realm: slug, id: sub }));
  const realm = keycloak.config.poolRealm;
  const [found] = await client.organizations.find({ realm, search: slug, exact: true });
  const orgId = found?.id ?? '';
  const members = await client.organizations.listMembers({ realm, orgId, max: 100 });
  if (!members.some(({ id }) => id === sub)) return undefined;
  return namesOf(await client.organizations.groups(orgId).listOrgGroups({ realm, id: sub }));
}

/** What a data plane's API reads out of a token. */
async function groupsInToken({ isolation, slug, login }: Made): Promise<unknown> {
  const claims = await signInByCode(login);
  if (isolation === 'silo') return claims['groups'];
  return (claims['organization'] as Record<string, { groups: string[] }> | undefined)?.[slug]
    ?.groups;
}

const PLACES = {
  silo: { none: [], groups: ['org-owners'] },
  pool: { none: undefined, groups: ['/org-owners'] },
};

test.each(['silo', 'pool'] as const)(
  '%s: groups, membership and sessions follow a member out, in again and away',
  async (isolation) => {
    const made = await tenantOf(isolation);
    const { owner: member, login, change } = made;
    const { none, groups } = PLACES[isolation];
    // Negative control: while nothing happens they live.
    expect(await askTokens(login, await takeTokens(login))).toEqual(ALIVE);
    const tokens = await takeTokens(login);
    const offline = await takeTokens({ ...login, scope: `${login.scope} offline_access` });
    await change({ change: 'deactivate', member });
    expect(await placeOf(made)).toEqual(none);
    for (const each of [tokens, offline]) expect(await askTokens(login, each)).toEqual(DEAD);
    await change({ change: 'reactivate', member });
    expect(await placeOf(made)).toEqual(['org-owners']);
    for (const each of [tokens, offline]) expect(await askTokens(login, each)).toEqual(DEAD);
    expect(await groupsInToken(made)).toEqual(groups);
    await change({ change: 'roles', member, roles: ['org-admin', 'org-owner'] });
    expect(await placeOf(made)).toEqual(expect.arrayContaining(['org-owners', 'org-admins']));
    await change({ change: 'leave', member });
    expect(await placeOf(made)).toEqual(none);
  },
  TEST_WITHIN_MS,
);

test(
  'pool: a session that serves another tenant too goes on for that one alone',
  async () => {
    const left = await tenantOf('pool');
    const other = await tenantOf('pool', left.login.username);
    const { browser, ...ours } = await takeTokens(left.login);
    const theirs = await takeTokens(other.login, browser);
    await left.change({ change: 'leave', member: left.owner });
    expect(await askTokens(left.login, { ...ours, browser })).toEqual(DEAD);
    expect(await askTokens(other.login, theirs)).toEqual(ALIVE);
  },
  TEST_WITHIN_MS,
);
