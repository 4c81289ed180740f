import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Call, OwnerMark } from '../../ports/call.ts';
import type {
  ExternalIdentityProvider,
  IdentityProvider,
  IdentityRequest,
  Person,
} from '../../ports/identity-provider.ts';
import type { MailCatcher } from '../../ports/mail-catcher.ts';
import { aCall, asSaga, ofAnotherRegistry } from './a-call.ts';
import { expectEachMended, expectRight } from './observe.ts';
import type { Ways } from './observe.ts';

/** What an outsider sees of a tenant's identity; undefined when nothing is there. */
export interface IdentityView {
  readonly mark: OwnerMark | undefined;
  /** Aliases as the request has them. */
  readonly identityProviders: readonly string[];
}

/** What a data plane reads out of the first admin's token. */
export interface SignedIn {
  readonly issuer: string;
  readonly sub: string;
  readonly emailVerified: boolean;
  /** Silo: `tenant_id`; pool: id of the organization. */
  readonly tenant: string;
  readonly groups: readonly string[];
}

export interface IdentitySubject {
  readonly identity: IdentityProvider;
  readonly mailCatcher: MailCatcher;
  /** Makes a realm or organization as another person or program would. */
  plant(slug: string, owner?: OwnerMark): Promise<void>;
  look(slug: string): Promise<IdentityView | undefined>;
  /** All that the server tells of a tenant's objects, but since when what they issued holds. */
  snapshot(slug: string): Promise<unknown>;
  /** Whether the server would let somebody begin to sign in to the tenant. */
  isOpen(slug: string): Promise<boolean>;
  /** Switches a tenant's object off as another person would; or the reason why nobody can. */
  readonly switchOff: ((slug: string) => Promise<void>) | string;
  /** How what is ours may be bent; an identity provider `corp` is there. */
  readonly ways: Ways<[slug: string]>;
  /** Opens the link, sets a password and signs in; or the reason why nobody can. */
  readonly signIn: ((request: IdentityRequest, link: string) => Promise<SignedIn>) | string;
  /** What `tenant` in the token of `signIn` must be. */
  tenantInToken(tenant: string, externalId: string): string;
  /** A user whom others made at the tenant's issuer; gives its `sub`. */
  makeUser(request: IdentityRequest): Promise<string>;
  /** The groups of a member, sorted; undefined: the user is no member. */
  groupsOf(slug: string, sub: string): Promise<readonly string[] | undefined>;
  /** Of a user whom the server does not know; or the reason why it knows none. */
  readonly unknownUser: string;
  /** Credentials that the server does not know; or the reason why there are none. */
  readonly withWrongCredentials: IdentityProvider | string;
  /** An address where nobody listens; or the reason why there is none. */
  readonly unreachable: IdentityProvider | string;
  close(): Promise<void>;
}

/** A realm takes 4 s on a slow machine, and parallel ones wait for each other. */
const CALL_TIMEOUT_MS = 90_000;
const PARALLEL = 4;

function aPatientCall(owner: Partial<OwnerMark> = {}): Call {
  return aCall(owner, AbortSignal.timeout(CALL_TIMEOUT_MS));
}

export function anIdentityRequest(overrides: Partial<IdentityRequest> = {}): IdentityRequest {
  const slug = `t${randomUUID().slice(0, 8)}`;
  return {
    slug,
    displayName: `Tenant ${slug}`,
    origin: `https://${slug}.saas.test`,
    adminEmail: `ann@${slug}.test`,
    adminUserId: randomUUID(),
    identityProviders: [],
    ...overrides,
  };
}

export function anIdentityProvider(alias: string): ExternalIdentityProvider {
  const issuer = `https://${alias}.example.test`;
  return {
    alias,
    issuer,
    authorizationUrl: `${issuer}/authorize`,
    tokenUrl: `${issuer}/token`,
    jwksUrl: `${issuer}/keys`,
    clientId: 'tenure',
    clientSecret: 'shared-with-the-tenant',
  };
}

export function aPerson(overrides: Partial<Person> = {}): Person {
  const sub = randomUUID();
  return { sub, email: `${sub}@people.test`, emailVerified: true, ...overrides };
}

/** Every adapter of the port runs this suite; a category is left out only with its reason. */
export function identityContract(name: string, make: () => Promise<IdentitySubject>): void {
  describe(`identity contract: ${name}`, () => {
    let subject: IdentitySubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject?.close());

    test('makes a realm or organization with the owner mark and an issuer', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const made = await subject.identity.ensure(request, call);
      expect(await subject.look(request.slug)).toEqual({ mark: call.owner, identityProviders: [] });
      expect(made.issuer).toMatch(/^https?:\/\/.+\/realms\/.+$/u);
      expect(made.adminSub).toMatch(/^[0-9a-f-]{36}$/u);
    });

    test('answers the same when repeated, also by another operation of the tenant', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const first = await subject.identity.ensure(request, call);
      expect(await subject.identity.ensure(request, call)).toEqual(first);
      const later = aPatientCall({ tenant: call.owner.tenant });
      expect(await subject.identity.ensure(request, later)).toEqual(first);
      expect((await subject.look(request.slug))?.mark).toEqual(call.owner);
    });

    test("makes the tenant's identity providers", async () => {
      const identityProviders = [anIdentityProvider('corp'), anIdentityProvider('partners')];
      const [request, call] = [anIdentityRequest({ identityProviders }), aPatientCall()];
      await subject.identity.ensure(request, call);
      await subject.identity.ensure(request, call);
      const view = await subject.look(request.slug);
      expect([...(view?.identityProviders ?? [])].sort()).toEqual(['corp', 'partners']);
    });

    test.each([
      ['without a mark', () => undefined],
      ['of another tenant', () => aCall().owner],
    ])('refuses what is there %s and leaves it as it was', async (_, ownerOf) => {
      const request = anIdentityRequest();
      await subject.plant(request.slug, ownerOf());
      const before = await subject.look(request.slug);
      expect(before).toBeDefined();
      await expect(subject.identity.ensure(request, aPatientCall())).rejects.toMatchObject({
        code: 'foreign',
        port: 'identity',
      });
      await subject.identity.remove(request.slug, aPatientCall());
      await expect(subject.identity.inviteAdmin(request, aPatientCall())).rejects.toMatchObject({
        code: 'invalid',
      });
      expect(await subject.look(request.slug)).toEqual(before);
    });

    test('of two tenants with one slug the first keeps it and stays as it was', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      await subject.identity.ensure(request, call);
      const before = await subject.look(request.slug);
      await expect(subject.identity.ensure(request, aPatientCall())).rejects.toMatchObject({
        code: 'foreign',
      });
      await subject.identity.remove(request.slug, aPatientCall());
      expect(await subject.look(request.slug)).toEqual(before);
    });

    test("what another registry's mark stands on is refused, never changed or removed, and not listed as ours", async () => {
      const identityProviders = [anIdentityProvider('corp')];
      const [request, call] = [anIdentityRequest({ identityProviders }), aPatientCall()];
      const { identity } = subject;
      const { slug } = request;
      const theirs = ofAnotherRegistry(call);
      const { adminSub } = await identity.ensure(request, theirs);
      const before = await subject.snapshot(slug);
      const refusals = {
        foreign: [
          () => identity.ensure(request, call),
          () => identity.mend(request, call),
          () => identity.restore(slug, call),
          () => identity.receive({ ...request, people: [] }, call),
        ],
        invalid: [
          () => identity.inviteAdmin(request, call),
          () => identity.listPeople({ slug, subs: [adminSub] }, call),
          () => identity.welcome({ ...request, sub: adminSub }, call),
          () => identity.ensureInvited({ slug, email: 'invited@acme.example' }, call),
          () => identity.ensureMember({ slug, sub: adminSub, roles: [] }, call),
        ],
      };
      for (const [code, attempts] of Object.entries(refusals))
        for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code });
      await identity.suspend(slug, call);
      await identity.removeMember({ slug, sub: adminSub }, call);
      await identity.remove(slug, call);
      const foreign = { presence: 'foreign', attributes: [] };
      expect(await identity.observe(request, call)).toEqual(foreign);
      expect(await subject.snapshot(slug)).toEqual(before);
      expect(await subject.groupsOf(slug, adminSub)).toEqual(['org-owners']);
      const items = await identity.inventory(call.signal);
      expect(items.filter(({ name }) => name === slug)).toEqual([
        { name: slug, owner: theirs.owner },
      ]);
      await identity.remove(slug, theirs);
      expect(await subject.look(slug)).toBeUndefined();
    });

    test('removes all of it, again, and when it was never made', async () => {
      const identityProviders = [anIdentityProvider('corp')];
      const [request, call] = [anIdentityRequest({ identityProviders }), aPatientCall()];
      await subject.identity.remove(request.slug, call);
      await subject.identity.ensure(request, call);
      await subject.identity.remove(request.slug, aPatientCall({ tenant: call.owner.tenant }));
      expect(await subject.look(request.slug)).toBeUndefined();
      await subject.identity.remove(request.slug, call);
      expect(await subject.look(request.slug)).toBeUndefined();
    });

    test('a slug and an address can be used by another tenant after the removal', async () => {
      const [request, first, second] = [anIdentityRequest(), aPatientCall(), aPatientCall()];
      await subject.identity.ensure(request, first);
      await subject.identity.remove(request.slug, first);
      await subject.identity.ensure(request, second);
      expect((await subject.look(request.slug))?.mark).toEqual(second.owner);
    });

    test('many calls of one operation at once make one tenant with one admin', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const made = await Promise.all(
        Array.from({ length: PARALLEL }, () =>
          asSaga(() => subject.identity.ensure(request, call)),
        ),
      );
      expect(new Set(made.map((each) => JSON.stringify(each))).size).toBe(1);
      expect((await subject.look(request.slug))?.mark).toEqual(call.owner);
    });

    test('of many tenants with one slug at once exactly one gets it', async () => {
      const request = anIdentityRequest();
      const calls = Array.from({ length: PARALLEL }, () => aPatientCall());
      const results = await Promise.allSettled(
        calls.map((call) => asSaga(() => subject.identity.ensure(request, call))),
      );
      const winners = calls.filter((_, at) => results[at]?.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect((await subject.look(request.slug))?.mark).toEqual(winners[0]?.owner);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'foreign' });
      }
    });

    test('many removals at once all succeed', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      await subject.identity.ensure(request, call);
      await Promise.all(
        Array.from({ length: PARALLEL }, () =>
          asSaga(() => subject.identity.remove(request.slug, call)),
        ),
      );
      expect(await subject.look(request.slug)).toBeUndefined();
    });

    test('suspended it lets nobody in, and restored it is what it was, object by object', async () => {
      const identityProviders = [anIdentityProvider('corp')];
      const [request, call] = [anIdentityRequest({ identityProviders }), aPatientCall()];
      const { slug } = request;
      await subject.identity.ensure(request, call);
      const before = await subject.snapshot(slug);
      expect(await subject.isOpen(slug)).toBe(true);
      expect(await subject.identity.observe(request, call)).toMatchObject({ open: true });
      const freeze = aPatientCall({ tenant: call.owner.tenant });
      await subject.identity.suspend(slug, freeze);
      await subject.identity.suspend(slug, freeze);
      expect(await subject.isOpen(slug)).toBe(false);
      expect(await subject.identity.observe(request, freeze)).toMatchObject({ open: false });
      expect(await subject.snapshot(slug)).not.toEqual(before);
      expect((await subject.look(slug))?.mark).toEqual(call.owner);
      const unfreeze = aPatientCall({ tenant: call.owner.tenant });
      await subject.identity.restore(slug, unfreeze);
      await subject.identity.restore(slug, unfreeze);
      expect(await subject.snapshot(slug)).toEqual(before);
      expect(await subject.isOpen(slug)).toBe(true);
      expectRight(await subject.identity.observe(request, unfreeze));
    });

    test('what was never suspended is left as it is by a restore', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      await subject.identity.ensure(request, call);
      const before = await subject.snapshot(request.slug);
      await subject.identity.restore(request.slug, call);
      expect(await subject.snapshot(request.slug)).toEqual(before);
    });

    test('what somebody else had switched off stays off when it is restored', async () => {
      const { switchOff } = subject;
      if (typeof switchOff === 'string') return expect(switchOff).toMatch(/ because /);
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      await subject.identity.ensure(request, call);
      await switchOff(request.slug);
      const before = await subject.snapshot(request.slug);
      await subject.identity.suspend(request.slug, call);
      await subject.identity.restore(request.slug, call);
      expect(await subject.snapshot(request.slug)).toEqual(before);
      expect(await subject.isOpen(request.slug)).toBe(false);
    });

    test('nothing of others is suspended or restored, and nothing that is not there', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const { identity } = subject;
      await expect(identity.suspend(request.slug, call)).resolves.toBeUndefined();
      await expect(identity.restore(request.slug, call)).rejects.toMatchObject({ code: 'invalid' });
      await identity.ensure(request, call);
      const open = await subject.snapshot(request.slug);
      await identity.suspend(request.slug, aPatientCall());
      expect(await subject.snapshot(request.slug)).toEqual(open);
      await identity.suspend(request.slug, call);
      const closed = await subject.snapshot(request.slug);
      await expect(identity.restore(request.slug, aPatientCall())).rejects.toMatchObject({
        code: 'foreign',
      });
      expect(await subject.snapshot(request.slug)).toEqual(closed);
    });

    test('mails the first admin a link, and a new one when repeated', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      await subject.identity.ensure(request, call);
      await subject.identity.inviteAdmin(request, call);
      const first = await subject.mailCatcher.findLink(request.adminEmail, call.signal);
      expect(first).toMatch(/^https?:\/\//u);
      await subject.identity.inviteAdmin(request, call);
      const second = await subject.mailCatcher.findLink(request.adminEmail, call.signal);
      expect(second).toMatch(/^https?:\/\//u);
      expect(second).not.toBe(first);
    });

    test('the invited admin verifies the address and signs in as owner of the tenant', async () => {
      if (typeof subject.signIn === 'string') return expect(subject.signIn).toMatch(/ because /);
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const made = await subject.identity.ensure(request, call);
      await subject.identity.inviteAdmin(request, call);
      const link = await subject.mailCatcher.findLink(request.adminEmail, call.signal);
      expect(await subject.signIn(request, link ?? 'no link')).toEqual({
        issuer: made.issuer,
        sub: made.adminSub,
        emailVerified: true,
        tenant: subject.tenantInToken(call.owner.tenant, made.externalId),
        groups: ['org-owners'],
      });
    });

    test('nobody is invited to a tenant that is not there', async () => {
      const request = anIdentityRequest();
      await expect(subject.identity.inviteAdmin(request, aPatientCall())).rejects.toMatchObject({
        code: 'invalid',
      });
      const stopped = AbortSignal.abort();
      expect(await subject.mailCatcher.findLink(request.adminEmail, stopped)).toBeUndefined();
    });

    test('observes what is not there, what is foreign and what is as it should be', async () => {
      const [request, alien, call] = [anIdentityRequest(), anIdentityRequest(), aPatientCall()];
      const { identity } = subject;
      expect(await identity.observe(request, call)).toEqual({ presence: 'absent', attributes: [] });
      await identity.ensure(request, call);
      expectRight(await identity.observe(request, aPatientCall({ tenant: call.owner.tenant })));
      await subject.plant(alien.slug);
      const foreign = { presence: 'foreign', attributes: [] };
      expect(await identity.observe(alien, call)).toEqual(foreign);
      expect(await identity.observe(request, aPatientCall())).toEqual(foreign);
      await expect(identity.mend(alien, call)).rejects.toMatchObject({ code: 'foreign' });
      const nobody = anIdentityRequest();
      await expect(identity.mend(nobody, call)).rejects.toMatchObject({ code: 'invalid' });
      expect(await subject.look(nobody.slug)).toBeUndefined();
    });

    test(
      'whatever is bent shows, and is mended',
      async () => {
        const { identity } = subject;
        const identityProviders = [anIdentityProvider('corp')];
        const [request, call] = [anIdentityRequest({ identityProviders }), aPatientCall()];
        await identity.ensure(request, call);
        await expectEachMended(subject.ways, async () => ({
          args: [request.slug] as [string],
          observe: () => identity.observe(request, aPatientCall(call.owner)),
          mend: () => identity.mend(request, aPatientCall(call.owner)),
        }));
      },
      2 * CALL_TIMEOUT_MS,
    );

    test('a member is in exactly the groups of the roles, also when told again', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const { identity } = subject;
      await identity.ensure(request, call);
      const member = { slug: request.slug, sub: await subject.makeUser(request) };
      const groups = () => subject.groupsOf(member.slug, member.sub);
      const steps = [
        [['org-member'], ['org-members']],
        [['org-member'], ['org-members']],
        [
          ['org-admin', 'org-deployer', 'org-owner'],
          ['org-admins', 'org-owners'],
        ],
        [[], []],
      ] as const;
      for (const [roles, expected] of steps) {
        await identity.ensureMember({ ...member, roles }, call);
        expect(await groups()).toEqual(expected);
      }
      await Promise.all(
        Array.from({ length: PARALLEL }, () =>
          asSaga(() => identity.ensureMember({ ...member, roles: ['org-admin'] }, call)),
        ),
      );
      expect(await groups()).toEqual(['org-admins']);
    });

    test('who was removed is no member, again and when they never were one', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const { identity } = subject;
      await identity.ensure(request, call);
      const member = { slug: request.slug, sub: await subject.makeUser(request) };
      await identity.removeMember(member, call);
      await identity.ensureMember({ ...member, roles: ['org-admin'] }, call);
      await identity.removeMember(member, call);
      expect((await subject.groupsOf(member.slug, member.sub)) ?? []).toEqual([]);
      await identity.removeMember(member, call);
      await identity.ensureMember({ ...member, roles: ['org-member'] }, call);
      expect(await subject.groupsOf(member.slug, member.sub)).toEqual(['org-members']);
    });

    test('nobody becomes a member of a tenant that is not there, or is not ours', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const { identity } = subject;
      const member = { slug: request.slug, sub: randomUUID(), roles: ['org-admin'] };
      const code = 'invalid';
      const invited = { slug: request.slug, email: 'invited@acme.example' };
      await expect(identity.ensureMember(member, call)).rejects.toMatchObject({ code });
      await expect(identity.ensureInvited(invited, call)).rejects.toMatchObject({ code });
      await identity.removeMember(member, call);
      await identity.ensure(request, call);
      await identity.ensureInvited(invited, call);
      await identity.ensureInvited(invited, call);
      const sub = await subject.makeUser(request);
      const others = aPatientCall();
      const theirs = { ...member, sub };
      await expect(identity.ensureInvited(invited, others)).rejects.toMatchObject({ code });
      await expect(identity.ensureMember(theirs, others)).rejects.toMatchObject({ code });
      await identity.ensureMember(theirs, call);
      await identity.removeMember(theirs, others);
      expect(await subject.groupsOf(request.slug, sub)).toEqual(['org-admins']);
    });

    test('a user who is not there is made a member nowhere', async () => {
      if (subject.unknownUser.includes(' because '))
        return expect(subject.unknownUser).toMatch(/ because /);
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      await subject.identity.ensure(request, call);
      const member = { slug: request.slug, sub: subject.unknownUser };
      await subject.identity.removeMember(member, call);
      await expect(
        subject.identity.ensureMember({ ...member, roles: ['org-admin'] }, call),
      ).rejects.toMatchObject({ code: 'invalid' });
    });

    test('tells of the people who are there, and of nobody else', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const { slug } = request;
      const { identity } = subject;
      const code = 'invalid';
      const nobody = identity.listPeople({ slug, subs: [] }, call);
      await expect(nobody).rejects.toMatchObject({ code });
      await identity.ensure(request, call);
      const sub = await subject.makeUser(request);
      const unknown = subject.unknownUser.includes(' because ') ? [] : [subject.unknownUser];
      expect(await identity.listPeople({ slug, subs: [...unknown, sub] }, call)).toEqual([
        { sub, email: expect.stringContaining('@'), emailVerified: true },
      ]);
      const others = identity.listPeople({ slug, subs: [sub] }, aPatientCall());
      await expect(others).rejects.toMatchObject({ code });
    });

    test('receives people as users who are no members yet, again and with more of them', async () => {
      const [call, [ann, bob]] = [aPatientCall(), [aPerson(), aPerson()]];
      const identityProviders = [anIdentityProvider('corp')];
      const shape = anIdentityRequest({ identityProviders });
      const { slug } = shape;
      const { identity } = subject;
      const first = await identity.receive({ ...shape, people: [ann] }, call);
      expect(await subject.look(slug)).toEqual({ mark: call.owner, identityProviders: ['corp'] });
      expectRight(await identity.observe(shape, call));
      const sub = first.subs[ann.sub] ?? 'nobody';
      expect((await subject.groupsOf(slug, sub)) ?? []).toEqual([]);
      expect(await identity.receive({ ...shape, people: [ann] }, call)).toEqual(first);
      const more = await identity.receive({ ...shape, people: [ann, bob] }, call);
      expect(more).toEqual({ ...first, subs: { ...first.subs, ...more.subs } });
      expect(new Set(Object.values(more.subs)).size).toBe(2);
      for (const one of Object.values(more.subs)) {
        await identity.ensureMember({ slug, sub: one, roles: ['org-admin'] }, call);
        expect(await subject.groupsOf(slug, one)).toEqual(['org-admins']);
      }
      await identity.remove(slug, call);
      expect(await subject.look(slug)).toBeUndefined();
    });

    test('receives nobody into what is not ours, and leaves it as it was', async () => {
      const request = anIdentityRequest();
      await subject.plant(request.slug);
      const before = await subject.look(request.slug);
      const received = subject.identity.receive(
        { ...request, people: [aPerson()] },
        aPatientCall(),
      );
      await expect(received).rejects.toMatchObject({ code: 'foreign' });
      expect(await subject.look(request.slug)).toEqual(before);
    });

    test('a received person is mailed the way in, until there is one', async () => {
      const [request, call, person] = [anIdentityRequest(), aPatientCall(), aPerson()];
      const { slug, origin } = request;
      const { identity } = subject;
      const { issuer, subs } = await identity.receive({ ...request, people: [person] }, call);
      const sub = subs[person.sub] ?? 'nobody';
      const [told] = await identity.listPeople({ slug, subs: [sub] }, call);
      const mailed = () => subject.mailCatcher.findLink(told?.email ?? 'nobody', call.signal);
      await identity.ensureMember({ slug, sub, roles: ['org-owner'] }, call);
      await identity.welcome({ slug, sub, origin }, call);
      const link = await mailed();
      expect(link).toMatch(/^https?:\/\//u);
      const foreign = identity.welcome({ slug, sub, origin }, aPatientCall());
      await expect(foreign).rejects.toMatchObject({ code: 'invalid' });
      if (typeof subject.signIn === 'string') return expect(subject.signIn).toMatch(/ because /);
      const asked = { ...request, adminEmail: person.email };
      expect(await subject.signIn(asked, link ?? 'no link')).toMatchObject({
        ...{ issuer, sub, emailVerified: true, groups: ['org-owners'] },
      });
      await identity.welcome({ slug, sub, origin }, call);
      expect(await mailed()).toBe(link);
    });

    /** Every call that names a tenant. */
    const everyCall = (identity: IdentityProvider, request: IdentityRequest, call: Call) => {
      const { slug } = request;
      const member = { slug, sub: randomUUID() };
      return {
        ensure: () => identity.ensure(request, call),
        remove: () => identity.remove(slug, call),
        inviteAdmin: () => identity.inviteAdmin(request, call),
        suspend: () => identity.suspend(slug, call),
        restore: () => identity.restore(slug, call),
        ensureInvited: () => identity.ensureInvited({ slug, email: request.adminEmail }, call),
        ensureMember: () => identity.ensureMember({ ...member, roles: ['org-member'] }, call),
        removeMember: () => identity.removeMember(member, call),
        listPeople: () => identity.listPeople({ slug, subs: [member.sub] }, call),
        receive: () => identity.receive({ ...request, people: [] }, call),
        welcome: () => identity.welcome({ ...member, origin: request.origin }, call),
        observe: () => identity.observe(request, call),
        mend: () => identity.mend(request, call),
        probe: () => identity.probe(call.signal),
        inventory: () => identity.inventory(call.signal),
      } satisfies Record<keyof IdentityProvider, () => Promise<unknown>>;
    };

    async function expectEachToFail(
      identity: IdentityProvider,
      request: IdentityRequest,
      code: unknown,
      call = aCall(),
    ): Promise<void> {
      for (const [name, run] of Object.entries(everyCall(identity, request, call))) {
        const failure = await run().then(
          () => 'it succeeded',
          (error: unknown) => error,
        );
        expect([name, failure]).toEqual([name, expect.objectContaining({ code })]);
      }
    }

    test('a stopped call says that nothing is known or done', async () => {
      const [request, stopped] = [anIdentityRequest(), aCall({}, AbortSignal.abort())];
      const code = expect.stringMatching(/^(unknown|unavailable)$/);
      await expectEachToFail(subject.identity, request, code, stopped);
      expect(await subject.look(request.slug)).toBeUndefined();
    });

    test('wrong credentials are told from everything else and change nothing', async () => {
      const [request, identity] = [anIdentityRequest(), subject.withWrongCredentials];
      if (typeof identity === 'string') return expect(identity).toMatch(/ because /);
      await expectEachToFail(identity, request, 'forbidden');
      expect(await subject.look(request.slug)).toBeUndefined();
    });

    test('a server that is not there is unavailable: nothing was sent', async () => {
      const [request, identity] = [anIdentityRequest(), subject.unreachable];
      if (typeof identity === 'string') return expect(identity).toMatch(/ because /);
      await expectEachToFail(identity, request, 'unavailable');
    });

    test('the probe succeeds while the server takes our credentials', async () => {
      await expect(subject.identity.probe(aPatientCall().signal)).resolves.toBeUndefined();
    });

    test('the inventory shows ours by tenant, and what carries no mark', async () => {
      const [request, call] = [anIdentityRequest(), aPatientCall()];
      const alien = anIdentityRequest().slug;
      await subject.identity.ensure(request, call);
      await subject.plant(alien);
      const items = await subject.identity.inventory(call.signal);
      const about = (slug: string) => items.filter((item) => item.name === slug);
      expect(about(request.slug)).toEqual([{ name: request.slug, owner: call.owner }]);
      expect(about(alien)).toEqual([{ name: alien, owner: undefined }]);
      await subject.identity.remove(request.slug, call);
      const after = await subject.identity.inventory(call.signal);
      expect(after.map((item) => item.name)).not.toContain(request.slug);
    });
  });
}
