import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { otherMode } from '../../domain/isolation.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { aLogin, createInviting } from '../support/invitations.ts';
import { addMember } from '../support/changed-world.ts';
import { aCrowd, foldOf, membersOf, placesOf, withoutPlace } from '../support/moved-world.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { madeTenant, rowOf } from '../support/sagas/frozen-world.ts';

const WORLD_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 200_000;
/** Longer than a freeze takes, on a machine that is busy. */
const UNTIL_NOTICED_MS = 15_000;

const outside = memoryOutside();
const plan = new FaultPlan();
let world: FaultyWorld;
/** By tenant: what happens between the target's preparation and the commit. */
const meanwhile = new Map<string, () => Promise<unknown>>();
beforeAll(async () => {
  world = await startFaultyWorld(plan, {
    outside,
    // Other sagas end within one attempt.
    timing: { attemptTimeoutMs: 20_000, retryBudgetMs: 30_000 },
    decorate: (activities) => ({
      ...activities,
      commitMove: async (ref, move) => {
        const sagas = meanwhile.get(ref.tenant);
        meanwhile.delete(ref.tenant);
        await sagas?.();
        return activities.commitMove(ref, move);
      },
    }),
  });
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

const sql = (text: string, values: unknown[]) => world.database.admin.query(text, values);

describe.each(['silo', 'pool'] as const)('a tenant that leaves %s', (from) => {
  const to = otherMode(from);

  test.concurrent(
    'keeps members, roles, states and facts, and is in the other place alone',
    async () => {
      const crowd = await aCrowd(world, outside.notifier, from);
      const { tenant, slug } = crowd;
      const [row, fold] = [await rowOf(world, tenant), await foldOf(world, tenant)];
      const before = await membersOf(world, tenant);
      const move = await world.move(tenant, to);
      const { state, steps } = await world.ended(move);
      expect([state, steps.map((step) => [step.name, step.state])]).toEqual([
        'done',
        [
          ...['target', 'commit', 'sign', 'close-source', 'members', 'latecomers'],
          ...['sign-latecomers', 'welcome', 'old-tokens', 'source'],
        ].map((name) => [name, 'done']),
      ]);
      const moved = await rowOf(world, tenant);
      expect(moved).toEqual({ ...row, isolation: to, issuer: moved.issuer });
      expect(moved.issuer).not.toBe(row.issuer);
      const now = await foldOf(world, tenant);
      expect(withoutPlace(now)).toEqual(withoutPlace(fold));
      expect(now.get(`tenant:${tenant}`)).toMatchObject({ isolation: to });
      // Rows and facts agree, and nobody is known by an identity of the place before.
      const after = await membersOf(world, tenant);
      for (const [id, { identity }] of after) {
        expect(now.get(`member:${id}`)?.['identity']).toEqual(identity);
        expect(identity?.issuer).toBe(before.get(id)?.identity ? moved.issuer : undefined);
      }
      const subOf = (id: string) => after.get(id)?.identity?.sub ?? 'nobody';
      const places = placesOf(outside, slug);
      expect(places[from]).toBeUndefined();
      expect(places[to]?.members).toEqual({
        ...{ [subOf(crowd.owner)]: ['org-owners'], [subOf(crowd.active)]: ['org-members'] },
      });
      await expectReplays(world, move);
      // Who was invited before the move comes in by the same link, in the new place.
      const people = createInviting(world);
      const login = aLogin(moved.issuer ?? '', `dora@${slug}.test`);
      expect(await people.take(crowd.token, login)).toMatchObject({ outcome: 'taken' });
      await world.ended(crowd.invitation);
      expect(placesOf(outside, slug)[to]?.members?.[login.sub]).toEqual(['org-members']);
      await expectCleanSlate(world, { tenants: [tenant] });
    },
    TEST_WITHIN_MS,
  );

  test.concurrent(
    'and comes back is what it was before',
    async () => {
      const crowd = await aCrowd(world, outside.notifier, from);
      const { tenant, slug } = crowd;
      const [row, fold] = [await rowOf(world, tenant), await foldOf(world, tenant)];
      await world.ended(await world.move(tenant, to));
      const back = await world.move(tenant, from);
      expect((await world.ended(back)).state).toBe('done');
      expect(await rowOf(world, tenant)).toEqual(row);
      expect(withoutPlace(await foldOf(world, tenant))).toEqual(withoutPlace(fold));
      const places = placesOf(outside, slug);
      const groups = Object.values(places[from]?.members ?? {}).flat();
      expect([places[to], groups.toSorted()]).toEqual([undefined, ['org-members', 'org-owners']]);
      const people = createInviting(world);
      await people.revoke(crowd.invitation);
      await world.ended(crowd.invitation);
      await expectCleanSlate(world, { tenants: [tenant] });
    },
    TEST_WITHIN_MS,
  );
});

test.concurrent(
  'who joins, leaves or changes while it is moved is in the new place what the registry says',
  async () => {
    const crowd = await aCrowd(world, outside.notifier, 'silo');
    const { tenant, slug, issuer, owner, active, inactive } = crowd;
    const late: string[] = [];
    meanwhile.set(tenant, async () => {
      late.push((await addMember(world, crowd, ['org-admin'])).member);
      await world.ended(
        await world.change(tenant, { change: 'roles', member: owner, roles: ['org-owner'] }),
      );
      await world.ended(await world.change(tenant, { change: 'leave', member: active }));
      await world.ended(await world.change(tenant, { change: 'reactivate', member: inactive }));
    });
    const move = await world.move(tenant, 'pool');
    expect((await world.ended(move)).state).toBe('done');
    const members = await membersOf(world, tenant);
    const now = await rowOf(world, tenant);
    const identities = [...members.values()].flatMap(({ identity }) => identity ?? []);
    expect(identities.map((identity) => identity.issuer)).not.toContain(issuer);
    expect(new Set(identities.map((identity) => identity.issuer))).toEqual(new Set([now.issuer]));
    const subOf = (id: string) => members.get(id)?.identity?.sub ?? 'nobody';
    expect(placesOf(outside, slug).pool?.members).toEqual({
      [subOf(owner)]: ['org-owners'],
      [subOf(inactive)]: ['org-members'],
      [subOf(late[0] ?? '')]: ['org-admins'],
    });
    // The second commit is about the latecomer alone.
    const { rows } = await sql(
      `select facts from commits where operation = $1 and step = 'latecomers'`,
      [move.id],
    );
    expect(rows).toEqual([{ facts: [expect.anything()] }]);
    await expectReplays(world, move);
  },
  TEST_WITHIN_MS,
);

test.concurrent(
  'a member whose user is gone stays behind, harms nobody, and can be ended',
  async () => {
    const { tenant, ...crowd } = await aCrowd(world, outside.notifier, 'silo');
    const gone = { issuer: 'https://elsewhere.test', sub: 'gone' };
    await sql('update memberships set issuer = $3, sub = $4 where tenant = $1 and id = $2', [
      ...[tenant, crowd.active, gone.issuer, gone.sub],
    ]);
    expect((await world.ended(await world.move(tenant, 'pool'))).state).toBe('done');
    expect((await membersOf(world, tenant)).get(crowd.active)?.identity).toEqual(gone);
    for (const change of [
      { change: 'roles', member: crowd.active, roles: ['org-admin'] },
      { change: 'leave', member: crowd.active },
    ] as const)
      expect((await world.ended(await world.change(tenant, change))).state).toBe('done');
  },
  TEST_WITHIN_MS,
);

test.concurrent(
  'what the target refuses leaves everything as it was',
  async () => {
    const before = await madeTenant(world);
    const places = placesOf(outside, before.slug);
    outside.memory.plant(before.slug, undefined, 'pool');
    const move = await world.move(before.id, 'pool');
    const { state, reason } = await world.ended(move);
    expect([state, reason]).toMatchObject([
      'unwound',
      { step: 'target', code: 'identity.foreign' },
    ]);
    expect(await rowOf(world, before.id)).toEqual(before);
    expect(placesOf(outside, before.slug)).toMatchObject({ silo: places.silo, pool: {} });
  },
  TEST_WITHIN_MS,
);

test.concurrent(
  'until everybody has moved nothing else works on the tenant; then it is frozen at once',
  async () => {
    const { id, slug } = await madeTenant(world);
    const move = await world.acceptMoving(id, 'pool');
    await expect(world.acceptFreezing(id)).rejects.toThrow('tenant-busy');
    const waitMs = { ...world.timing.waitMs, 'old-tokens': UNTIL_NOTICED_MS };
    await world.start(move, { waitMs });
    await world.reached(move, ['waiting']);
    // The place that it left is the one that the next would make.
    await expect(world.acceptMoving(id, 'silo')).rejects.toThrow('tenant-busy');
    expect((await world.ended(await world.freeze(id))).state).toBe('done');
    expect(placesOf(outside, slug)).toMatchObject({ silo: {}, pool: {} });
    expect((await world.ended(move)).state).toBe('done');
    const { isolation, state } = await rowOf(world, id);
    expect([isolation, state, placesOf(outside, slug).silo]).toEqual(['pool', 'frozen', undefined]);
    await expectCleanSlate(world, { tenants: [id] });
  },
  TEST_WITHIN_MS,
);

test.concurrent(
  'a mail that fails holds up nothing',
  async () => {
    const { id } = await madeTenant(world);
    const move = await world.acceptMoving(id, 'pool');
    plan.plan(move.id, 'identity.welcome', { kind: 'refused', code: 'invalid' });
    await world.start(move);
    const { state, steps } = await world.ended(move);
    const welcome = steps.find(({ name }) => name === 'welcome');
    expect([state, welcome?.state]).toEqual(['done', 'failed']);
  },
  TEST_WITHIN_MS,
);
