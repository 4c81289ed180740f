import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { quiet } from '../../tools/servers/progress.ts';
import * as postgresServer from '../../tools/servers/postgres.ts';
import { runStarter } from '../../workers/starter.ts';
import type { SagaView } from '../../workflows/shared/contract.ts';
import { eventually } from '../support/eventually.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { startTemporal } from '../support/saga-world.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';

const timing = { attemptTimeoutMs: 2_000, retryBudgetMs: 3_000 };
const START_WITHIN_MS = 400_000;

const plan = new FaultPlan();
let temporal: Awaited<ReturnType<typeof startTemporal>>;
let postgres: Awaited<ReturnType<typeof postgresServer.start>>;
let world: FaultyWorld;

/** Servers of its own: this file kills them. */
beforeAll(async () => {
  temporal = await startTemporal();
  postgres = await postgresServer.start({ paths: await postgresServer.get(quiet) });
  world = await startFaultyWorld(plan, { timing, temporal, databaseUrl: postgres.url });
}, START_WITHIN_MS);
afterAll(async () => {
  plan.onEffect = () => {};
  await world.close();
  await Promise.all([temporal.stop(), postgres.stop()]);
});

/** Runs `then` once, when that effect of that saga has come to that moment. */
function when(operation: string, moment: string, then: () => void): void {
  let once = true;
  plan.onEffect = (at, effect, of) => {
    if (!once || of !== operation || `${at} ${effect}` !== moment) return;
    once = false;
    then();
  };
}

describe('a saga in the middle of which', () => {
  test('Temporal is killed and comes back goes on and is done', async () => {
    const operation = await world.accept();
    let gone: Promise<void> | undefined;
    when(operation.id, 'after database.ensure', () => (gone = temporal.kill('SIGKILL')));
    await world.start(operation);
    await eventually(() => gone !== undefined);
    await gone;
    await temporal.restart();
    expect((await world.ended(operation)).state).toBe('done');
    await expectCleanSlate(world);
    await expectReplays(world, operation);
  });

  test('Postgres is killed parks without its row, and goes on when it is back', async () => {
    const operation = await world.accept();
    let gone: Promise<void> | undefined;
    when(operation.id, 'before route.ensure', () => (gone = postgres.kill('SIGKILL')));
    await world.start(operation);
    await eventually(() => gone !== undefined);
    await gone;
    const view = () => world.handle(operation).query<SagaView>('state');
    await eventually(async () => expect((await view()).state).toBe('parked'), {
      withinMs: 30_000,
    });
    expect((await view()).reason?.code).toBe('store-unavailable');
    await postgres.restart();
    expect((await world.ended(operation)).state).toBe('done');
    await expectCleanSlate(world);
    await expectReplays(world, operation);
  });

  test('Postgres is killed around the commit has its facts once', async () => {
    const operation = await world.accept();
    let gone: Promise<void> | undefined;
    when(operation.id, 'after store.activate', () => (gone = postgres.kill('SIGKILL')));
    await world.start(operation);
    await eventually(() => gone !== undefined);
    await gone;
    await postgres.restart();
    expect((await world.ended(operation)).state).toBe('done');
    await expectCleanSlate(world);
  });
});

test('what was accepted while Temporal was away is started when it is back', async () => {
  await temporal.kill('SIGKILL');
  const operation = await world.accept();
  await expect(world.start(operation)).rejects.toMatchObject({ code: 'engine-unavailable' });
  const closing = new AbortController();
  const { store, engine, report } = world;
  const starter = runStarter({ ...store, engine, report }, closing.signal);
  await temporal.restart();
  expect((await world.ended(operation)).state).toBe('done');
  closing.abort();
  await starter;
  await expectCleanSlate(world);
});

test('started twice, by API and starter, is one saga', async () => {
  const operation = await world.accept();
  await Promise.all([world.start(operation), world.start(operation)]);
  expect((await world.ended(operation)).state).toBe('done');
  await expect(world.start(operation)).resolves.toBeUndefined();
  await expectCleanSlate(world);
});

test('while the sequencer is away a committed tenant waits at sign, and nothing takes it back', async () => {
  const comeBack = await world.stopSequencer();
  const operation = await world.provision();
  const { reason } = await world.reached(operation, ['parked']);
  expect(reason).toMatchObject({ step: 'sign', code: 'timeout' });
  await world.handle(operation).cancel();
  comeBack();
  expect((await world.ended(operation)).state).toBe('done');
  await expectCleanSlate(world);
});

describe('a cancel that arrives', () => {
  const effects = ['identity.ensure', 'database.ensure', 'route.ensure', 'dns.ensure'] as const;
  const forward = ['store.activate', 'facts.sign', 'identity.inviteAdmin'] as const;
  const moments = (['before', 'after'] as const).flatMap((moment) =>
    [...effects, ...forward].map((effect) => `${moment} ${effect}`),
  );
  test.each(moments)('%s leaves the tenant there or gone', async (moment) => {
    const operation = await world.accept();
    when(operation.id, moment, () => void world.handle(operation).cancel());
    await world.start(operation);
    const { state } = await world.ended(operation);
    if (forward.some((effect) => moment.endsWith(effect))) expect(state).toBe('done');
    await expectCleanSlate(world, { tenants: [operation.tenant] });
    await expectReplays(world, operation);
  });

  test('while the commit hangs waits for its outcome and goes forward', async () => {
    const operation = await world.accept();
    plan.plan(operation.id, 'store.activate', { kind: 'hangs' });
    when(operation.id, 'before store.activate', () => void world.handle(operation).cancel());
    await world.start(operation);
    expect((await world.ended(operation)).state).toBe('done');
    await expectCleanSlate(world, { tenants: [operation.tenant] });
  });
});
