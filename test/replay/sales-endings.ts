import type { OperationKind } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from '../support/eventually.ts';
import { salesIn } from '../support/sales.ts';
import { SHORT } from '../support/saga-world.ts';
import type { FaultyWorld } from '../support/sagas/faulty-world.ts';
import type { Ending, Stage } from './endings.ts';

type SalesKind = Extract<OperationKind, 'changePlan' | 'answerProductRequest' | 'runTrial'>;

/** Every way in which what is sold ends, by the name of its file. */
export const SALES_ENDINGS: Readonly<Record<SalesKind, Readonly<Record<string, Ending>>>> = {
  changePlan: {
    'plan-done': (stage) => planChanged(stage, 'free'),
    'plan-same': (stage) => planChanged(stage, 'team'),
    'plan-refused': planRefused,
  },
  answerProductRequest: {
    'request-granted': (stage) => requestAnswered(stage, 'granted'),
    'request-refused': (stage) => requestAnswered(stage, 'refused'),
  },
  runTrial: {
    'trial-ended': ({ world }) => ended(world, salesIn(world).trial()),
    'trial-converted': (stage) => trialTold(stage, 'enterprise'),
    'trial-refused-then-converted': (stage) => trialTold(stage, 'golden', 'enterprise'),
    'trial-refused-by-rule': trialRefused,
  },
};

async function ended(world: FaultyWorld, started: Promise<Operation>): Promise<Operation> {
  return world.ended(await started);
}

async function planChanged({ world }: Stage, plan: string): Promise<Operation> {
  const { tenant } = await ended(world, world.provision());
  return ended(world, salesIn(world).changePlan(tenant, plan));
}

/** It fitted when it was accepted, and does not when it is committed. */
async function planRefused({ world }: Stage): Promise<Operation> {
  const { tenant } = await ended(world, world.provision());
  const sales = salesIn(world);
  const operation = await sales.acceptPlan(tenant, 'free');
  await sales.use(tenant, 'workspace', 'members', 6);
  await world.start(operation);
  return world.ended(operation);
}

async function requestAnswered(
  { world }: Stage,
  answer: 'granted' | 'refused',
): Promise<Operation> {
  const { tenant } = await ended(world, world.provision());
  const sales = salesIn(world);
  const request = await sales.ask(tenant, 'api');
  return ended(world, sales.answer(tenant, { request, answer, limits: {} }));
}

/** Extended once and reminded, then told of plans until one of them is sold. */
async function trialTold({ world }: Stage, ...plans: readonly string[]): Promise<Operation> {
  const sales = salesIn(world);
  const waitMs = { ...SHORT.waitMs, trial: 60_000, 'trial-reminder': 59_500 };
  const trial = await sales.trial({ waitMs });
  await world.reached(trial, ['waiting']);
  await eventually(async () => {
    const { events } = await world.handle(trial).fetchHistory();
    return (events ?? []).some(
      (event) => event.activityTaskScheduledEventAttributes?.activityId === 'remind-1',
    );
  });
  await sales.extend(trial, Date.now() + 120_000);
  for (const plan of plans) await sales.convert(trial, plan).catch(() => undefined);
  return world.ended(trial);
}

/** The tenant was sold before its trial had begun. */
async function trialRefused({ world }: Stage): Promise<Operation> {
  const { tenant } = await ended(world, world.provision({ trial: true }));
  const trial = await salesIn(world).runTrialOf(tenant);
  await ended(world, salesIn(world).changePlan(tenant, 'team', true));
  await world.start(trial);
  return world.ended(trial);
}
