import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Isolation } from '../../domain/isolation.ts';
import { INVITE_LINK_SECRET } from '../../ports/secrets.ts';
import { PASSWORD } from '../adapters/keycloak/person.ts';
import { acceptInvite, askTokens, signInByCode, takeTokens } from '../adapters/keycloak/sign-in.ts';
import { aCall } from '../contracts/a-call.ts';
import { anIdentityRequest } from '../contracts/identity.ts';
import { addMember } from '../support/changed-world.ts';
import { realKeycloak } from '../support/faults/real-outside.ts';
import { aTenant, type TenantOfTest } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, type World } from '../support/saga-world.ts';
import { rowOf } from '../support/sagas/frozen-world.ts';

const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
const PATIENT = { attemptTimeoutMs: 30_000, retryBudgetMs: 60_000 };
const DEAD = { refresh: false, userinfo: false };

let keycloak: Awaited<ReturnType<typeof realKeycloak>>;
let world: World;
beforeAll(async () => {
  keycloak = await realKeycloak();
  const identity = { silo: keycloak.realms(), pool: keycloak.organizations() };
  const outside = { ...memoryOutside(), identity, mailCatcher: keycloak.catcher };
  world = await createWorld({ timing: PATIENT, outside });
  // The shared realm is made with its first tenant.
  await identity.pool.ensure(anIdentityRequest(), aCall({}, AbortSignal.timeout(60_000)));
}, SETUP_WITHIN_MS);
afterAll(async () => {
  await world?.close();
  await keycloak?.catcher.close();
});

/** A user whom somebody has set up with a password; gives its id. */
async function aUser(realm: string, email: string, emailVerified: boolean): Promise<string> {
  const client = await keycloak.signedIn();
  const names = { firstName: 'Ada', lastName: 'Lovelace' };
  const credentials = [{ type: 'password', value: PASSWORD, temporary: false }];
  const user = { ...names, username: email, email, emailVerified, enabled: true, credentials };
  return (await client.users.create({ realm, ...user })).id;
}

/** A silo tenant whose first admin can sign in. */
async function aSilo(): Promise<TenantOfTest> {
  const made = await aTenant(world, { isolation: 'silo' });
  const link = await world.store.secrets.find(made.tenant, INVITE_LINK_SECRET);
  await acceptInvite(keycloak.config.adminUrl, link ?? 'no link');
  return made;
}

/** How somebody signs in to the tenant where it is now. */
async function loginOf({ tenant, slug }: TenantOfTest, username: string) {
  const { host, issuer, isolation } = await rowOf(world, tenant);
  const silo = isolation === 'silo';
  return {
    ...{ issuer: issuer ?? '', redirectUri: `https://${host}/callback`, username },
    clientId: silo ? 'web' : `web.${slug}`,
    scope: silo ? 'openid' : `openid organization:${slug}`,
  };
}

const linkTo = async (email: string) =>
  (await keycloak.catcher.findLink(email, AbortSignal.timeout(5_000))) ?? 'no link';

async function move({ tenant }: TenantOfTest, to: Isolation) {
  const ended = await world.ended(await world.move(tenant, to), TEST_WITHIN_MS);
  expect([ended.state, ended.reason]).toEqual(['done', null]);
  expect(ended.steps.filter(({ state }) => state !== 'done')).toEqual([]);
}

/** Who the tenant's token says that somebody is, against what its membership says. */
async function expectSignedIn(made: TenantOfTest, member: string, email: string, group: string) {
  const { issuer = '', sub } =
    (await world.api.tenants.findMember(made.tenant, member))?.identity ?? {};
  const claims = await signInByCode(await loginOf(made, email));
  expect(claims).toMatchObject({ iss: issuer, sub, email_verified: true });
  const { isolation } = await rowOf(world, made.tenant);
  if (isolation === 'silo') return expect(claims['groups']).toEqual([group]);
  expect(claims['organization']).toMatchObject({ [made.slug]: { groups: [`/${group}`] } });
}

test.concurrent(
  'silo to pool and back: everybody signs in as the member whom their fact names',
  async () => {
    const made = await aSilo();
    const { tenant, slug, owner, ownerEmail } = made;
    const email = `bob@${slug}.test`;
    const inSilo = await aUser(slug, email, true);
    const { member } = await addMember(world, made, ['org-member'], inSilo);
    const inPool = await aUser(keycloak.config.poolRealm, email, true);
    const before = await loginOf(made, ownerEmail);
    const tokens = await takeTokens(before);
    const first = await linkTo(ownerEmail);

    await move(made, 'pool');
    expect(await askTokens(before, tokens)).toEqual(DEAD);
    const bob = async () => (await world.api.tenants.findMember(tenant, member))?.identity;
    // Who has a user in the pool already is that one, signs in as ever, and is mailed nothing.
    expect((await bob())?.sub).toBe(inPool);
    await expectSignedIn(made, member, email, 'org-members');
    const stopped = AbortSignal.abort();
    expect(await keycloak.catcher.findLink(email, stopped)).toBeUndefined();
    // The silo had verified the owner's address; in the pool nobody can sign in by that alone.
    const second = await linkTo(ownerEmail);
    expect(second).not.toBe(first);
    await acceptInvite(keycloak.config.adminUrl, second);
    await expectSignedIn(made, owner, ownerEmail, 'org-owners');
    const client = await keycloak.signedIn();
    expect(await client.realms.findOne({ realm: slug })).toBeFalsy();

    const pooled = await loginOf(made, email);
    const inUse = await takeTokens(pooled);
    await move(made, 'silo');
    expect(await askTokens(pooled, inUse)).toMatchObject({ refresh: false });
    expect(await linkTo(ownerEmail)).not.toBe(second);
    for (const [id, of, group] of [
      [owner, ownerEmail, 'org-owners'],
      [member, email, 'org-members'],
    ] as const) {
      await acceptInvite(keycloak.config.adminUrl, await linkTo(of));
      await expectSignedIn(made, id, of, group);
    }
    // Only what was made for the tenant is gone from the pool.
    const realm = keycloak.config.poolRealm;
    const users = await Promise.all(
      [ownerEmail, email].map((of) => client.users.find({ realm, email: of, exact: true })),
    );
    expect(users.map(([user]) => user?.id)).toEqual([undefined, inPool]);
    expect(await client.organizations.find({ realm, search: slug, exact: true })).toEqual([]);
  },
  TEST_WITHIN_MS,
);

test.concurrent(
  'a user whom others set up in the pool with an address never proved takes no member’s place',
  async () => {
    const made = await aSilo();
    await aUser(keycloak.config.poolRealm, made.ownerEmail, false);
    const before = await rowOf(world, made.tenant);
    const ended = await world.ended(await world.move(made.tenant, 'pool'), TEST_WITHIN_MS);
    expect([ended.state, ended.reason]).toMatchObject([
      ...['unwound', { step: 'target', code: 'identity.foreign' }],
    ]);
    expect(await rowOf(world, made.tenant)).toEqual(before);
    await expectSignedIn(made, made.owner, made.ownerEmail, 'org-owners');
    const client = await keycloak.signedIn();
    const realm = keycloak.config.poolRealm;
    const left = await client.organizations.find({ realm, search: made.slug, exact: true });
    expect([left, await client.clients.find({ realm, clientId: `web.${made.slug}` })]).toEqual([
      ...[[], []],
    ]);
  },
  TEST_WITHIN_MS,
);

test.concurrent(
  'a realm’s word for an address is not taken by the pool, and who is switched off stays behind',
  async () => {
    const { silo, pool } = { silo: keycloak.realms(), pool: keycloak.organizations() };
    const [request, call] = [anIdentityRequest(), aCall({}, AbortSignal.timeout(60_000))];
    const { slug } = request;
    await silo.ensure(request, call);
    const [ann, bob] = [
      await aUser(slug, `ann-${randomUUID()}@people.test`, true),
      await aUser(slug, `bob-${randomUUID()}@people.test`, true),
    ];
    const client = await keycloak.signedIn();
    await client.users.update({ realm: slug, id: bob }, { enabled: false });
    const people = await silo.listPeople({ slug, subs: [ann, bob] }, call);
    expect(people).toMatchObject([{ sub: ann, emailVerified: true, lastName: 'Lovelace' }]);
    const { subs } = await pool.receive({ ...request, people }, call);
    const received = Object.values(subs);
    expect(await pool.listPeople({ slug, subs: received }, call)).toMatchObject([
      { emailVerified: false },
    ]);
    // Why a `sub` changes with the place: Keycloak has an id once, in whatever realm.
    const users = [{ id: ann, username: 'ann', enabled: true }];
    const twin = client.realms.create({ realm: `${slug}-twin`, enabled: true, users });
    await expect(twin).rejects.toMatchObject({ response: { status: 409 } });
  },
  TEST_WITHIN_MS,
);
