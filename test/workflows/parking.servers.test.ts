import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import type { SagaView } from '../../workflows/shared/contract.ts';
import { eventually } from '../support/eventually.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Fault } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { expectReplays } from '../support/saga-replay.ts';

/** Some attempts within a budget, also where the machine is busy. */
const timing = { retryBudgetMs: 1_000, attemptTimeoutMs: 3_000, firstBackoffMs: 50 };
const LOST = { kind: 'lost' } as const;
/** More than any budget has. */
const OUTAGE = Array.from({ length: 200 }, () => LOST);
const REFUSALS = OUTAGE.map(() => ({ kind: 'refused', code: 'invalid' }) as const);

const plan = new FaultPlan();
let world: FaultyWorld;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { timing });
});
afterAll(() => world.close());

const parked = (operation: Operation) => world.reached(operation, ['parked']);
const view = (operation: Operation) => world.handle(operation).query<SagaView>('state');
const tell = (operation: Operation, command: 'resume' | 'unwind' | 'cancel') =>
  world.engine.tell(operation.id, operation.kind, command);

/** A saga whose effect fails until the test says otherwise; the port's probe goes on working. */
async function failing(
  effect: `${string}.${string}`,
  faults: readonly Fault[] = OUTAGE,
): Promise<Operation> {
  const operation = await world.accept();
  plan.plan(operation.id, effect, ...faults);
  await world.start(operation);
  return operation;
}

const mend = (operation: Operation, effect: `${string}.${string}`) =>
  plan.plan(operation.id, effect);

/** How often it has stopped so far: its state may pass faster than a test can look. */
async function stops(operation: Operation): Promise<number> {
  const { events } = await world.handle(operation).fetchHistory();
  const recorded = (events ?? []).filter((event) =>
    String(event.userMetadata?.summary?.data).includes('Record: parked'),
  );
  return recorded.length;
}

/** It has stopped for the third time and asks nobody any more. */
async function waitsForAPerson(operation: Operation): Promise<void> {
  await eventually(
    async () => (await stops(operation)) === 3 && (await view(operation)).state === 'parked',
    { withinMs: 30_000, everyMs: 100, what: 'the third stop' },
  );
}

async function endsClean(operation: Operation, state: 'done' | 'unwound') {
  const ended = await world.ended(operation);
  expect(ended.state).toBe(state);
  await expectCleanSlate(world, { tenants: [operation.tenant] });
  await expectReplays(world, operation);
  return ended;
}

describe('an outage past the budget', () => {
  test('parks with step and reason in row, UI, search and audit; then goes on by itself', async () => {
    const operation = await world.accept();
    plan.down.add('database');
    await world.start(operation);
    const row = await world.parked(operation, { step: 'database', code: 'database.unavailable' });
    expect(row.steps.map(({ state }) => state).slice(0, 3)).toEqual(['done', 'parked', 'pending']);
    const { searchAttributes } = await world.handle(operation).describe();
    expect(searchAttributes).toMatchObject({ SagaState: ['parked'], SagaStep: ['database'] });
    const { currentDetails } = await world
      .handle(operation)
      .query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toMatch(/⏸ `database` parked[^]*database\.unavailable[^]*sagas resume/u);
    const { rows: audit } = await world.database.admin.query(
      'select action from audit where operation = $1',
      [operation.id],
    );
    expect(audit).toContainEqual({ action: 'database.provision_failed' });
    const said = await eventually(() => world.engine.ask(operation.id, operation.kind));
    expect(said).toMatchObject({
      ...{ state: 'parked', step: 'database', reason: 'database.unavailable' },
    });
    plan.down.delete('database');
    await endsClean(operation, 'done');
    expect(await view(operation)).toMatchObject({ state: 'done', reason: null });
  });

  test('stops thirdly for a person, who resumes it by update', async () => {
    const operation = await failing('route.ensure');
    await waitsForAPerson(operation);
    mend(operation, 'route.ensure');
    await tell(operation, 'resume');
    await endsClean(operation, 'done');
  });

  test('is resumed by signal too', async () => {
    const operation = await failing('dns.ensure');
    await waitsForAPerson(operation);
    mend(operation, 'dns.ensure');
    await world.handle(operation).signal('resume');
    await endsClean(operation, 'done');
  });

  test('of the mail server never takes the tenant back', async () => {
    const operation = await failing('identity.inviteAdmin');
    await waitsForAPerson(operation);
    await expect(tell(operation, 'unwind')).rejects.toThrow(/past its pivot/u);
    await expect(tell(operation, 'cancel')).rejects.toThrow(/can no longer be taken back/u);
    await world.handle(operation).signal('unwind');
    await world.handle(operation).cancel();
    mend(operation, 'identity.inviteAdmin');
    await tell(operation, 'resume');
    await endsClean(operation, 'done');
  });

  test('at the commit is tried for ever: it waits for nobody', async () => {
    const operation = await failing('store.activate');
    await eventually(async () => (await stops(operation)) > 3, { withinMs: 60_000 });
    await parked(operation);
    await expect(tell(operation, 'unwind')).rejects.toThrow(/past its pivot/u);
    mend(operation, 'store.activate');
    await endsClean(operation, 'done');
  });

  test('longer than the limit, in sum, unwinds', async () => {
    const operation = await world.accept();
    plan.plan(operation.id, 'route.ensure', ...OUTAGE);
    await world.start(operation, { parkedLimitMs: 400 });
    const { reason } = await endsClean(operation, 'unwound');
    expect(reason).toMatchObject({ step: 'route', code: 'parked-too-long' });
  });
});

describe('a permanent failure past the pivot', () => {
  test('parks and goes forward by itself once mended', async () => {
    const operation = await failing('identity.inviteAdmin', REFUSALS.slice(0, 1));
    await endsClean(operation, 'done');
    expect(await stops(operation)).toBe(1);
  });

  test('that stays waits for a person with its reason, and goes forward then', async () => {
    const operation = await failing('identity.inviteAdmin', REFUSALS);
    await waitsForAPerson(operation);
    expect((await parked(operation)).reason?.code).toBe('identity.invalid');
    mend(operation, 'identity.inviteAdmin');
    await tell(operation, 'resume');
    await endsClean(operation, 'done');
  });
});

describe('a person', () => {
  test('unwinds a parked saga', async () => {
    const operation = await failing('route.ensure');
    await waitsForAPerson(operation);
    await tell(operation, 'unwind');
    const { reason } = await endsClean(operation, 'unwound');
    expect(reason).toMatchObject({ step: 'route', code: 'unwound-by-operator' });
    await expect(tell(operation, 'resume')).rejects.toThrow(/Temporal does not know/u);
  });

  test('cancels a parked saga', async () => {
    const operation = await failing('database.ensure');
    await waitsForAPerson(operation);
    await tell(operation, 'cancel');
    const { reason } = await endsClean(operation, 'unwound');
    expect(reason).toMatchObject({ step: 'database', code: 'cancelled' });
  });

  test('hears why a running saga has nothing to resume', async () => {
    const operation = await failing('route.ensure', [{ kind: 'hangs' }]);
    await eventually(() => plan.calls(operation.id).includes('route.ensure'));
    await expect(tell(operation, 'resume')).rejects.toThrow(/not parked/u);
    await tell(operation, 'unwind');
    await expect(tell(operation, 'unwind')).rejects.toThrow(/unwinding already/u);
    await endsClean(operation, 'unwound');
  });

  test('hears that Temporal does not know a saga', async () => {
    await expect(
      world.engine.tell('00000000-0000-4000-8000-000000000000', 'provisionTenant', 'resume'),
    ).rejects.toMatchObject({ code: 'saga-not-found' });
  });
});

describe('a compensation', () => {
  test('that fails past its budget parks as unwinding, and then finishes', async () => {
    const operation = await world.accept();
    plan.plan(operation.id, 'dns.ensure', { kind: 'refused', code: 'foreign' });
    plan.plan(operation.id, 'database.remove', ...OUTAGE);
    await world.start(operation);
    await eventually(
      async () => {
        const { state, reason } = await world.row(operation);
        expect({ state, step: reason?.step }).toEqual({ state: 'unwinding', step: 'database' });
      },
      { withinMs: 20_000 },
    );
    await expect(tell(operation, 'unwind')).rejects.toThrow(/unwinding already/u);
    mend(operation, 'database.remove');
    // By itself, or by a person if that was the third time.
    await tell(operation, 'resume').catch(() => undefined);
    const { reason } = await endsClean(operation, 'unwound');
    expect(reason).toMatchObject({ step: 'dns', code: 'dns.foreign' });
  });

  test('of the acceptance is repeated until the slug is free', async () => {
    const operation = await world.accept();
    plan.plan(operation.id, 'identity.ensure', { kind: 'refused', code: 'foreign' });
    plan.plan(operation.id, 'store.undoAcceptance', ...OUTAGE.slice(0, 3));
    await world.start(operation);
    await endsClean(operation, 'unwound');
    const { slug } = operation.input as { slug: string };
    expect((await world.ended(await world.provision({ slug }))).state).toBe('done');
  });
});
