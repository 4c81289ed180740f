import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { createActivities } from '../../workers/saga-activities.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { eventually } from '../support/eventually.ts';
import { LINKS, memoryOutside } from '../support/saga-outside.ts';
import { LOG, type WorldOptions } from '../support/saga-world.ts';
import { sagaBundle, type Mutation } from '../support/sagas/bundle.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Effect, type Fault } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import * as guards from '../support/sagas/guards.ts';
import { prove } from '../support/sagas/prover.ts';
import { keyedByRun } from '../support/sagas/run-id-key.ts';

/** A mutant may hang: its claim has failed then. The real one may take its time. */
const MUTANT_WITHIN_MS = 8_000;
const REAL_WITHIN_MS = 60_000;
const WORLD_WITHIN_MS = 400_000;

interface Subject {
  readonly world: FaultyWorld;
  readonly plan: FaultPlan;
  readonly memory: ReturnType<typeof memoryOutside>;
  readonly withinMs: number;
}

type Claim = (subject: Subject) => Promise<unknown>;

/** One saga that must be unwound although things go wrong as told. */
function unwinds(...faults: [Effect, Fault[]][]): Claim {
  const scenario = {
    ...({ name: 'unwinds', isolation: 'silo', ends: 'unwound' } as const),
    faults: new Map<Effect, readonly Fault[]>(faults),
  };
  return ({ world, plan, withinMs }) => prove(world, plan, scenario, withinMs);
}

const REFUSED: Fault = { kind: 'refused', code: 'invalid' };
const REPLY_LOST: Fault = { kind: 'reply-lost' };

/** Cancels as an operator does in the Temporal UI: past the engine, which would refuse. */
async function cancelDuring(subject: Subject, effect: Effect): Promise<Operation> {
  const { world, plan, withinMs } = subject;
  const operation = await world.accept();
  // Its reply is lost, so the step is retried, and the cancel meets it while it waits.
  plan.plan(operation.id, effect, REPLY_LOST);
  let cancelled: Promise<unknown> | undefined;
  plan.onEffect = (_moment, tried, id) => {
    if (tried === effect && id === operation.id) cancelled ??= world.handle(operation).cancel();
  };
  await world.start(operation);
  await eventually(() => cancelled ?? false);
  return world.ended(operation, withinMs);
}

const cancelUnwinds: Claim = async (subject) => {
  const { state, tenant } = await cancelDuring(subject, 'database.ensure');
  expect(state).toBe('unwound');
  await expectCleanSlate(subject.world, { tenants: [tenant] });
};

const cancelIsTooLate =
  (effect: Effect): Claim =>
  async (subject) => {
    const { state, tenant } = await cancelDuring(subject, effect);
    expect(state).toBe('done');
    await expectCleanSlate(subject.world, { tenants: [tenant] });
  };

/** Others had the slug in each outside system before us; all of it must be there afterwards. */
const foreignStays: Claim = async ({ world, plan, memory, withinMs }) => {
  const operation = await world.accept();
  const { slug, host } = operation.input as { slug: string; host: string };
  memory.memory.plant(slug, undefined);
  memory.routes.plant(slug, { host });
  memory.dns.plant(host, { record: true });
  await world.start(operation);
  const { state, reason } = await world.ended(operation, withinMs);
  expect({ state, code: reason?.code }).toEqual({ state: 'unwound', code: 'identity.foreign' });
  expect(plan.calls(operation.id)).toContain('identity.remove');
  expect(memory.memory.find(slug)).toMatchObject({ owner: undefined });
  expect(memory.routes.find(slug)).toEqual({ host });
  expect(memory.dns.find(host)).toEqual({ record: true });
};

/** Temporal runs the commit once more, in a new run, as an operator's reset does. */
const resetCommitsOnce: Claim = async ({ world, withinMs }) => {
  const operation = await world.accept();
  await world.start(operation);
  expect((await world.ended(operation)).state).toBe('done');
  const handle = world.handle(operation);
  await handle.result();
  const { events } = await handle.fetchHistory();
  const commit = events?.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityId === 'activate',
  );
  const { runId } = await world.client.workflowService.resetWorkflowExecution({
    namespace: world.namespace,
    workflowExecution: { workflowId: handle.workflowId },
    workflowTaskFinishEventId: commit?.activityTaskScheduledEventAttributes
      ?.workflowTaskCompletedEventId as never,
    requestId: operation.id,
    reason: 'a test',
  });
  // The new run ends as the first did, and nothing is there twice.
  const again = world.client.workflow.getHandle(handle.workflowId, runId ?? '');
  const isOver = async () => (await again.describe()).status.name === 'COMPLETED';
  await eventually(isOver, { withinMs, what: 'the end of the run after a reset' });
  expect((await world.api.tenants.findTenant(operation.tenant))?.state).toBe('active');
  await expectCleanSlate(world, { tenants: [operation.tenant] });
};

interface Guard {
  readonly guard: string;
  readonly claim: Claim;
  /** A world in which the guard is off. */
  readonly off: (plan: FaultPlan) => Promise<Subject>;
  /** How the claim must fail then. */
  readonly fails: RegExp;
}

const without =
  (mutation: Mutation) =>
  async (plan: FaultPlan): Promise<Subject> =>
    subject(plan, { bundle: await sagaBundle(mutation) });

const GUARDS: Guard[] = [
  {
    guard: 'the compensation is registered before its step',
    claim: unwinds(['route.ensure', [REPLY_LOST, REFUSED]]),
    off: without(guards.COMPENSATION_AFTER_STEP),
    fails: /route of/,
  },
  {
    guard: 'unwinding is not cancellable',
    claim: cancelUnwinds,
    off: without(guards.CANCELLABLE_UNWINDING),
    fails: /is done,unwound/,
  },
  {
    guard: 'a cancel does not reach the pivot',
    claim: cancelIsTooLate('store.activate'),
    off: without(guards.CANCELLABLE_PIVOT),
    fails: /is done,unwound|"unwound"/,
  },
  {
    guard: 'a cancel does not reach what follows the pivot',
    claim: cancelIsTooLate('identity.inviteAdmin'),
    off: without(guards.CANCELLABLE_AFTER_PIVOT),
    fails: /is done,unwound/,
  },
  {
    guard: 'an unknown outcome is undone once more after the settle time',
    claim: unwinds(['route.ensure', [{ kind: 'late', after: 'route.remove' }, REFUSED]]),
    off: without(guards.ONE_UNDO_FOR_THE_UNKNOWN),
    fails: /route of/,
  },
  {
    guard: 'a step that succeeded again is not forgotten to have been tried before',
    claim: unwinds(
      ['route.ensure', [{ kind: 'late', after: 'route.remove' }]],
      ['dns.ensure', [REFUSED]],
    ),
    off: without(guards.EARLIER_ATTEMPTS_FORGOTTEN),
    fails: /route of/,
  },
  {
    guard: 'objects without our mark are never touched',
    claim: foreignStays,
    off: (plan) => subject(plan, {}, guards.markless),
    fails: /identity\.foreign|owner/,
  },
  {
    guard: 'a commit is known by operation and step, not by Temporal’s run',
    claim: resetCommitsOnce,
    off: runIdInTheKey,
    fails: /the end of the run after a reset/,
  },
];

async function subject(
  plan: FaultPlan,
  options: WorldOptions = {},
  off: (memory: Subject['memory']) => WorldOptions['outside'] = (memory) => memory,
): Promise<Subject> {
  const memory = memoryOutside();
  const world = await startFaultyWorld(plan, { ...options, outside: off(memory) ?? memory });
  return { world, plan, memory, withinMs: MUTANT_WITHIN_MS };
}

async function runIdInTheKey(plan: FaultPlan): Promise<Subject> {
  let wrong: ReturnType<typeof createActivities> | undefined;
  const made = await subject(plan, {
    decorate: (activities) => ({
      ...activities,
      activate: (...args) => (wrong ?? activities).activate(...args),
    }),
  });
  const { store, outside, report, doctor, leaving } = made.world;
  wrong = createActivities({
    ...{ ...store, ...outside, ...doctor, ...leaving, ...LINKS },
    ...{ clock: systemClock, log: LOG, report },
    commits: keyedByRun(store.commits),
    probeStore: () => store.probe.probe(),
  });
  return made;
}

let real: Subject;
beforeAll(async () => {
  real = { ...(await subject(new FaultPlan())), withinMs: REAL_WITHIN_MS };
}, WORLD_WITHIN_MS);
afterAll(() => real.world.close());

describe.each(GUARDS)('$guard', ({ claim, off, fails }) => {
  test('holds', () => claim(real));

  test('without it the same claim fails', async () => {
    const mutant = await off(new FaultPlan());
    try {
      await expect(claim(mutant)).rejects.toThrow(fails);
    } finally {
      await mutant.world.close();
    }
  });
});
