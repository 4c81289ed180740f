import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AskedChange } from '../../registry/accept-membership-change.ts';
import { addMember, aTenantOfTwo } from '../support/changed-world.ts';
import { aTenant } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';

const WORLD_WITHIN_MS = 400_000;
/** Fifty are tried in test/registry/last-owner, without their sagas. */
const OWNERS = 8;

const outside = memoryOutside();
const plan = new FaultPlan();
let world: FaultyWorld;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { outside });
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

type Two = Awaited<ReturnType<typeof aTenantOfTwo>>;

const groupsOf = ({ slug, sub }: Two) => outside.memory.find(slug)?.members?.[sub];
const rowOf = ({ tenant }: Two, member: string) => world.api.tenants.findMember(tenant, member);

async function factsOf(tenant: string) {
  const { rows } = await world.database.admin.query<{ payload: Buffer }>(
    'select payload from facts where tenant = $1 order by seq',
    [tenant],
  );
  return rows.map(({ payload }) => JSON.parse(payload.toString('utf8')) as Told);
}

interface Told {
  readonly subject: string;
  readonly op: string;
  readonly body: { readonly state?: string; readonly roles?: string[] };
}

/** What data planes were told of a member, in its order. */
const toldOf = async ({ tenant }: Two, member: string) =>
  (await factsOf(tenant))
    .filter(({ subject }) => subject === `member:${member}`)
    .map(({ op, body }) => body.state ?? op);

/** Runs a change to its end. */
async function done(tenant: string, change: AskedChange) {
  const operation = await world.change(tenant, change);
  const { state, steps } = await world.ended(operation);
  expect(state).toBe('done');
  const ran = steps.filter((step) => step.state === 'done').map(({ name }) => name);
  return { operation, ran };
}

const COMMIT_FIRST = ['commit', 'sign', 'identity'];

test('roles are changed with one fact more, and the groups follow', async () => {
  const two = await aTenantOfTwo(world);
  const { tenant, owner, slug } = two;
  const roles = ['org-member', 'org-owner'];
  const { operation, ran } = await done(tenant, { change: 'roles', member: owner, roles });
  expect(ran).toEqual(COMMIT_FIRST);
  expect((await rowOf(two, owner))?.roles).toEqual(roles);
  const { adminSub = '', members } = outside.memory.find(slug) ?? {};
  expect(members?.[adminSub]).toEqual(['org-owners', 'org-members']);
  await expectCleanSlate(world, { tenants: [tenant] });
  await expectReplays(world, operation);
  const before = await factsOf(tenant);
  await done(tenant, { change: 'roles', member: owner, roles });
  expect(await factsOf(tenant)).toEqual(before);
});

test('who is deactivated is nobody at once, and reactivated who it was', async () => {
  const two = await aTenantOfTwo(world, { roles: ['org-admin'] });
  const { tenant, member } = two;
  await done(tenant, { change: 'roles', member, roles: ['org-admin', 'org-member'] });
  const before = await rowOf(two, member);
  const first = await done(tenant, { change: 'deactivate', member });
  expect(first.ran).toEqual(COMMIT_FIRST);
  expect(await rowOf(two, member)).toEqual({ ...before, state: 'inactive' });
  expect(groupsOf(two)).toBeUndefined();
  const second = await done(tenant, { change: 'reactivate', member });
  expect(second.ran).toEqual(['admit', ...COMMIT_FIRST]);
  expect(await rowOf(two, member)).toEqual(before);
  expect(groupsOf(two)).toEqual(['org-admins', 'org-members']);
  expect(await toldOf(two, member)).toEqual(['active', 'inactive', 'active']);
  await expectCleanSlate(world, { tenants: [tenant] });
  for (const { operation } of [first, second]) await expectReplays(world, operation);
});

test('of who leaves no row, no live fact, no group and no member of the provider is left', async () => {
  const two = await aTenantOfTwo(world);
  const { tenant, member } = two;
  await done(tenant, { change: 'roles', member, roles: ['org-admin'] });
  expect(groupsOf(two)).toEqual(['org-admins']);
  const { operation } = await done(tenant, { change: 'leave', member });
  expect(await rowOf(two, member)).toBeUndefined();
  expect(groupsOf(two)).toBeUndefined();
  expect(await toldOf(two, member)).toEqual(['active', 'retract']);
  await expectCleanSlate(world, { tenants: [tenant] });
  await expectReplays(world, operation);
});

test('ownership goes over in one commit, and the groups of both follow', async () => {
  const two = await aTenantOfTwo(world);
  const { tenant, owner, member, slug } = two;
  const change = { change: 'transfer-ownership', from: owner, to: member } as const;
  const { operation } = await done(tenant, change);
  expect((await rowOf(two, owner))?.roles).toEqual([]);
  expect((await rowOf(two, member))?.roles).toEqual(['org-member', 'org-owner']);
  const { adminSub = '', members } = outside.memory.find(slug) ?? {};
  expect([members?.[adminSub], groupsOf(two)]).toEqual([[], ['org-owners', 'org-members']]);
  await expectCleanSlate(world, { tenants: [tenant] });
  await expectReplays(world, operation);
});

test(`of ${OWNERS} owners who leave at once one stays`, async () => {
  const only = await aTenant(world);
  const added = await Promise.all(
    Array.from({ length: OWNERS - 1 }, () => addMember(world, only, ['org-owner'])),
  );
  const owners = [only.owner, ...added.map(({ member }) => member)];
  const leaving = await Promise.all(
    owners.map((member) => world.acceptChange(only.tenant, { change: 'leave', member })),
  );
  await Promise.all(leaving.map((operation) => world.start(operation)));
  const ends = await Promise.all(leaving.map((operation) => world.ended(operation)));
  const stayed = ends.filter(({ state }) => state === 'unwound');
  expect(stayed.map(({ reason }) => reason?.code)).toEqual(['last-owner']);
  expect(await world.api.tenants.listMembers(only.tenant)).toMatchObject([
    { id: stayed[0]?.input['member'], state: 'active', roles: ['org-owner'] },
  ]);
  await expectCleanSlate(world, { tenants: [only.tenant] });
});

describe('while the identity provider is away', () => {
  const away = async (work: () => Promise<void>) => {
    plan.down.add('identity');
    await work().finally(() => plan.down.delete('identity'));
  };

  test('every revocation is out at once, of one member after the other', async () => {
    const two = await aTenantOfTwo(world);
    const { tenant, member } = two;
    const carol = await addMember(world, two, ['org-admin']);
    await done(tenant, { change: 'roles', member, roles: ['org-admin'] });
    const changes = await Promise.all([
      world.acceptChange(tenant, { change: 'deactivate', member }),
      world.acceptChange(tenant, { change: 'leave', member: carol.member }),
    ]);
    await away(async () => {
      for (const operation of changes) {
        await world.start(operation);
        const { reason } = await world.reached(operation, ['parked']);
        expect(reason).toMatchObject({ step: 'identity', code: 'identity.unavailable' });
      }
      expect(await toldOf(two, member)).toEqual(['active', 'inactive']);
      expect(await toldOf(two, carol.member)).toEqual(['retract']);
      expect(groupsOf(two)).toEqual(['org-admins']);
    });
    for (const operation of changes) expect((await world.ended(operation)).state).toBe('done');
    expect(groupsOf(two)).toBeUndefined();
  });

  test('nobody is let in again, and an operator may give up', async () => {
    const two = await aTenantOfTwo(world);
    const { tenant, member } = two;
    await done(tenant, { change: 'deactivate', member });
    const operation = await world.acceptChange(tenant, { change: 'reactivate', member });
    await away(async () => {
      await world.start(operation);
      await world.reached(operation, ['parked']);
      expect(await toldOf(two, member)).toEqual(['inactive']);
      // It keeps nobody else waiting meanwhile.
      await world.acceptChange(tenant, { change: 'leave', member });
      await world.engine.tell(operation.id, 'changeMembership', 'unwind');
    });
    expect((await world.ended(operation)).state).toBe('unwound');
    expect([await toldOf(two, member), groupsOf(two)]).toEqual([['inactive'], undefined]);
  });
});

test('what the provider refuses to let in is not reactivated', async () => {
  const two = await aTenantOfTwo(world);
  const { tenant, member } = two;
  await done(tenant, { change: 'deactivate', member });
  for (const effect of ['identity.ensureMember', 'store.commit'] as const) {
    const operation = await world.acceptChange(tenant, { change: 'reactivate', member });
    plan.plan(operation.id, effect, { kind: 'refused', code: 'invalid' });
    await world.start(operation);
    expect((await world.ended(operation)).state).toBe('unwound');
    expect((await rowOf(two, member))?.state).toBe('inactive');
    expect(groupsOf(two)).toBeUndefined();
  }
  await expectCleanSlate(world, { tenants: [tenant] });
});

test('the rule decides again in the commit: who became the last owner meanwhile stays', async () => {
  const two = await aTenantOfTwo(world, { roles: ['org-owner'] });
  const { tenant, owner, member } = two;
  const accepted = await world.acceptChange(tenant, { change: 'deactivate', member });
  await done(tenant, { change: 'leave', member: owner });
  await world.start(accepted);
  expect(await world.ended(accepted)).toMatchObject({
    ...{ state: 'unwound', reason: { step: 'commit', code: 'last-owner' } },
  });
  expect(await rowOf(two, member)).toMatchObject({ state: 'active', roles: ['org-owner'] });
});
