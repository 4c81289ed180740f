import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from '../support/eventually.ts';
import { resumed } from '../support/resumed.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Fault } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { SHORT } from '../support/saga-world.ts';
import { salesIn } from '../support/sales.ts';

const WORLD_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
/** Nothing comes to its end by itself while a test looks. */
const LONG = { ...SHORT.waitMs, trial: 3_600_000, 'trial-reminder': 1_000 };
/** It is reminded of long before its end, also where the machine stops for some seconds. */
const UNHURRIED = { ...SHORT.waitMs, trial: 8_000, 'trial-reminder': 4_000 };
/** Long enough that a busy machine comes to tell it something. */
const SOON = { ...SHORT.waitMs, trial: 12_000 };

const plan = new FaultPlan();
const notifier = createMemoryNotifier();
let world: FaultyWorld;
let sales: ReturnType<typeof salesIn>;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { outside: { ...memoryOutside(), notifier } });
  sales = salesIn(world);
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

const tenantState = async ({ tenant }: Operation) =>
  (await world.api.tenants.findTenant(tenant))?.state;
const trialOf = async ({ tenant }: Operation) => (await world.api.sales.readSales(tenant)).trial;
const mailsTo = ({ tenant }: Operation) => notifier.sent.filter((mail) => mail.tenant === tenant);
const waiting = (trial: Operation) => world.reached(trial, ['waiting']);

test.concurrent(
  'a trial reminds, ends by itself, and the tenant is frozen as every other',
  async () => {
    const trial = await sales.trial({ waitMs: UNHURRIED });
    expect(await tenantState(trial)).toBe('trial');
    const { steps } = await world.ended(trial);
    expect(steps.map(({ name, state }) => [name, state])).toEqual(
      ['begin', 'trial', 'end', 'sign'].map((name) => [name, 'done']),
    );
    expect(await trialOf(trial)).toMatchObject({ state: 'ended', operation: trial.id });
    const freezing = await sales.frozen(trial);
    expect([freezing.state, freezing.input]).toEqual(['done', { reason: 'trial-ended' }]);
    expect(await tenantState(trial)).toBe('frozen');
    const live = await sales.liveFacts(trial.tenant);
    expect(live.get(`tenant:${trial.tenant}`)).toMatchObject({ state: 'frozen' });
    const [mail, ...more] = mailsTo(trial);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ kind: 'trial', subject: expect.stringContaining('Acme') });
    await expectCleanSlate(world, { tenants: [trial.tenant] });
    await expectReplays(world, trial);
  },
  TEST_WITHIN_MS,
);

test.concurrent(
  'converted, the tenant is active on the plan, and its saga ends before its time',
  async () => {
    const trial = await sales.trial({ waitMs: LONG });
    await waiting(trial);
    await sales.convert(trial, 'enterprise');
    expect(await world.ended(trial)).toMatchObject({ state: 'done' });
    expect(await world.api.tenants.findTenant(trial.tenant)).toMatchObject({
      ...{ state: 'active', plan: 'enterprise' },
    });
    expect(await trialOf(trial)).toMatchObject({ state: 'converted' });
    const live = await sales.liveFacts(trial.tenant);
    expect(live.get(`tenant:${trial.tenant}`)).toMatchObject({ state: 'active' });
    expect(live.get('entitlement:workspace')).toMatchObject({ plan: 'enterprise' });
    await expectCleanSlate(world, { tenants: [trial.tenant] });
    await expectReplays(world, trial);
  },
  TEST_WITHIN_MS,
);

test.concurrent(
  'it holds no lock while it waits: the plan changes meanwhile, and it stays a trial',
  async () => {
    const trial = await sales.trial({ waitMs: LONG });
    await waiting(trial);
    expect((await world.ended(await sales.changePlan(trial.tenant, 'free'))).state).toBe('done');
    expect(await tenantState(trial)).toBe('trial');
    await sales.convert(trial, 'free');
    await world.ended(trial);
    expect(await tenantState(trial)).toBe('active');
  },
  TEST_WITHIN_MS,
);

describe('told', () => {
  test.concurrent(
    'to extend, several times, it ends at the last of the ends',
    async () => {
      const trial = await sales.trial({ waitMs: SOON });
      const before = (await waiting(trial)) && (await trialOf(trial));
      const first = (before?.endsAtMs ?? 0) + 1_000;
      await sales.extend(trial, first);
      expect(await trialOf(trial)).toMatchObject({ state: 'running', endsAtMs: first });
      await sales.extend(trial, first);
      await sales.extend(trial, first + 1_000);
      const { endedAtMs } = await world.ended(trial);
      expect(endedAtMs).toBeGreaterThanOrEqual(first + 1_000);
      expect(await trialOf(trial)).toMatchObject({ state: 'ended', endsAtMs: first + 1_000 });
      await expectReplays(world, trial);
    },
    TEST_WITHIN_MS,
  );

  test.concurrent(
    'what it refuses, it says so, and goes on',
    async () => {
      const trial = await sales.trial({ waitMs: LONG });
      await waiting(trial);
      const refusal = (sentence: string) => ({ code: 'command-refused', message: sentence });
      const soon = Date.now() + 1_000;
      await expect(sales.extend(trial, soon)).rejects.toMatchObject(
        refusal('The new end is not later than the present one.'),
      );
      const farMs = 400 * 24 * 60 * 60 * 1_000;
      await expect(sales.extend(trial, Date.now() + farMs)).rejects.toMatchObject(
        refusal('The new end is more than 366 days ahead.'),
      );
      await expect(sales.convert(trial, 'golden')).rejects.toMatchObject(
        refusal('There is no plan golden.'),
      );
      await sales.use(trial.tenant, 'workspace', 'members', 9);
      await expect(sales.convert(trial, 'free')).rejects.toMatchObject(
        refusal('The plan free is below present use: workspace.members 9 of 5.'),
      );
      const { id, kind } = trial;
      const nonsense = { name: 'convert', told: {}, id: randomUUID() };
      await expect(world.engine.update(id, kind, nonsense)).rejects.toMatchObject(
        refusal('The message lacks what it shall say.'),
      );
      // As signals the same messages change nothing and fail nothing.
      await world.engine.signal(id, kind, nonsense);
      await world.engine.signal(id, kind, { ...nonsense, told: { plan: 'golden' } });
      expect(await tenantState(trial)).toBe('trial');
      await world.engine.signal(id, kind, { ...nonsense, told: { plan: 'team' } });
      expect((await world.ended(trial)).state).toBe('done');
      expect(await tenantState(trial)).toBe('active');
      await expectReplays(world, trial);
    },
    TEST_WITHIN_MS,
  );

  test.concurrent(
    'the same update twice, it is done once and answered alike, also after the end',
    async () => {
      const trial = await sales.trial({ waitMs: LONG });
      await waiting(trial);
      const id = randomUUID();
      await Promise.all([sales.convert(trial, 'team', id), sales.convert(trial, 'team', id)]);
      await sales.convert(trial, 'team', id);
      await world.ended(trial);
      await eventually(
        async () => (await world.handle(trial).describe()).status.name !== 'RUNNING',
      );
      await sales.convert(trial, 'team', id);
      const text = `select 1 from audit where tenant = $1 and action = 'trial.converted'`;
      expect((await world.database.admin.query(text, [trial.tenant])).rowCount).toBe(1);
    },
    TEST_WITHIN_MS,
  );

  test.concurrent(
    'after its end, or after its sale, each message is refused',
    async () => {
      const ended = await sales.trial();
      const sold = await sales.trial({ waitMs: LONG });
      await waiting(sold);
      await sales.convert(sold, 'team');
      await Promise.all([world.ended(ended), world.ended(sold)]);
      for (const trial of [ended, sold]) {
        await eventually(
          async () => (await world.handle(trial).describe()).status.name !== 'RUNNING',
        );
        const refused = { code: 'saga-not-found' };
        await expect(sales.convert(trial, 'team')).rejects.toMatchObject(refused);
        await expect(sales.extend(trial, Date.now() + 9_000)).rejects.toMatchObject(refused);
      }
    },
    TEST_WITHIN_MS,
  );
});

// What breaks `begin` and `end` is in the proof matrix (test/proof); this is told meanwhile.
describe('when things go wrong', () => {
  const UNAVAILABLE: Fault = { kind: 'refused', code: 'unavailable' };
  const LOST: Readonly<Record<string, (effect: `store.${string}`) => Fault[]>> = {
    'is lost': () => [{ kind: 'lost' }],
    'is done and its reply lost, twice': () => [{ kind: 'reply-lost' }, { kind: 'reply-lost' }],
    'takes effect after its own retry': (effect) => [{ kind: 'late', after: effect }],
  };
  const TOLD = ['store.extend', 'store.convert'] as const;
  const cases = TOLD.flatMap((effect) =>
    Object.entries(LOST).map(([name, of]) => ({ effect, name, of })),
  );

  /** Begun, with these faults, and told both. */
  async function toldWith(effect: (typeof TOLD)[number], faults: readonly Fault[]) {
    const { tenant } = await world.ended(await world.provision({ trial: true }));
    const trial = await sales.runTrialOf(tenant);
    plan.plan(trial.id, effect, ...faults);
    await world.start(trial, { waitMs: LONG, retryBudgetMs: 2_000 });
    await waiting(trial);
    const told = sales
      .extend(trial, Date.now() + 2 * LONG.trial)
      .then(() => sales.convert(trial, 'enterprise'));
    return { trial, told };
  }

  async function expectSold(trial: Operation) {
    expect((await world.ended(trial)).state).toBe('done');
    expect(await tenantState(trial)).toBe('active');
    await expectCleanSlate(world, { tenants: [trial.tenant] });
    await expectReplays(world, trial);
  }

  test.concurrent.each(cases)(
    '$effect $name, and it happens once',
    async ({ effect, of }) => {
      const { trial, told } = await toldWith(effect, of(effect));
      await told;
      await expectSold(trial);
    },
    TEST_WITHIN_MS,
  );

  test.concurrent.each(TOLD)(
    '%s finds no store: it parks, and goes on by itself, with what it was told',
    async (effect) => {
      const { trial, told } = await toldWith(effect, Array<Fault>(1_000).fill(UNAVAILABLE));
      await world.reached(trial, ['parked']);
      plan.plan(trial.id, effect);
      await Promise.all([told, resumed(world, trial)]);
      await expectSold(trial);
    },
    TEST_WITHIN_MS,
  );

  test.concurrent(
    'the answer of its end is lost: it does not wait for the freeze that it accepted',
    async () => {
      const { tenant } = await world.ended(await world.provision({ trial: true }));
      const trial = await sales.runTrialOf(tenant);
      plan.plan(trial.id, 'store.end', { kind: 'reply-lost' }, { kind: 'reply-lost' });
      await world.start(trial, { retryBudgetMs: 300 });
      expect((await world.ended(trial)).state).toBe('done');
      await sales.frozen(trial);
      expect(await tenantState(trial)).toBe('frozen');
      await expectCleanSlate(world, { tenants: [trial.tenant] });
    },
    TEST_WITHIN_MS,
  );

  test.concurrent(
    'the tenant was frozen meanwhile: its end changes nothing but the trial, and unfrozen it begins anew',
    async () => {
      const trial = await sales.trial({ waitMs: SOON });
      await waiting(trial);
      await world.ended(await world.freeze(trial.tenant));
      await world.ended(trial);
      expect(await trialOf(trial)).toMatchObject({ state: 'ended' });
      expect(mailsTo(trial)).toEqual([]);
      await world.ended(await world.unfreeze(trial.tenant));
      expect(await tenantState(trial)).toBe('trial');
      const again = await sales.runTrialOf(trial.tenant);
      expect(again.id).not.toBe(trial.id);
      await world.start(again, { waitMs: LONG });
      await waiting(again);
      expect(await trialOf(trial)).toMatchObject({ state: 'running', operation: again.id });
      await sales.convert(again, 'team');
      await world.ended(again);
      await expectCleanSlate(world, { tenants: [trial.tenant] });
    },
    TEST_WITHIN_MS,
  );

  test.concurrent(
    'frozen and unfrozen in its time, a trial is the same trial, and ends when it would have',
    async () => {
      const trial = await sales.trial({ waitMs: LONG });
      await waiting(trial);
      const before = await trialOf(trial);
      await world.ended(await world.freeze(trial.tenant));
      await expect(sales.convert(trial, 'team')).rejects.toMatchObject({
        message: 'The tenant is frozen.',
      });
      await world.ended(await world.unfreeze(trial.tenant));
      expect(await tenantState(trial)).toBe('trial');
      expect(await trialOf(trial)).toEqual(before);
      expect((await sales.runTrialOf(trial.tenant)).id).toBe(trial.id);
      await sales.convert(trial, 'team');
      await world.ended(trial);
      await expectCleanSlate(world, { tenants: [trial.tenant] });
    },
    TEST_WITHIN_MS,
  );

  test.concurrent(
    'another saga holds the tenant at its end: it parks, says so, and goes on behind it',
    async () => {
      const trial = await sales.trial({ waitMs: SOON, retryBudgetMs: 2_000 });
      await waiting(trial);
      const other = await sales.acceptPlan(trial.tenant, 'free');
      await world.parked(trial, { step: 'end', code: 'tenant-busy' });
      expect(await tenantState(trial)).toBe('trial');
      await world.start(other);
      await world.ended(other);
      await resumed(world, trial);
      await sales.frozen(trial);
      expect(await tenantState(trial)).toBe('frozen');
      await expectCleanSlate(world, { tenants: [trial.tenant] });
    },
    TEST_WITHIN_MS,
  );

  // The last, and alone: no mail goes out for anybody.
  test(
    'no mail goes out: it is tried beyond every budget, and holds up neither end nor sale',
    async () => {
      plan.down.add('notifier');
      try {
        const ended = await sales.trial({ retryBudgetMs: 300 });
        const waitMs = { ...LONG, 'trial-reminder': LONG.trial - 100 };
        const sold = await sales.trial({ waitMs, retryBudgetMs: 300 });
        await eventually(
          () => plan.calls(sold.id).filter((call) => call === 'notifier.send').length > 5,
        );
        await sales.convert(sold, 'team');
        await Promise.all([world.ended(sold), world.ended(ended)]);
        await sales.frozen(ended);
        expect([await tenantState(ended), await tenantState(sold)]).toEqual(['frozen', 'active']);
        expect([...mailsTo(ended), ...mailsTo(sold)]).toEqual([]);
        await expectReplays(world, sold);
      } finally {
        plan.down.delete('notifier');
      }
    },
    TEST_WITHIN_MS,
  );
});
