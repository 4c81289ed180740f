import type { OperationKind } from '../../domain/operation.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { AskedChange } from '../../registry/accept-membership-change.ts';
import { aTenantOfTwo } from '../support/changed-world.ts';
import { eventually } from '../support/eventually.ts';
import type { Effect, Fault, FaultPlan } from '../support/sagas/faults.ts';
import type { FaultyWorld } from '../support/sagas/faulty-world.ts';
import { DOMAIN_ENDINGS } from './domain-endings.ts';
import { INVITE_ENDINGS } from './invite-endings.ts';
import { MOVE_ENDINGS } from './move-endings.ts';
import { OFFBOARD_ENDINGS } from './offboard-endings.ts';
import { RECONCILE_ENDINGS } from './reconcile-endings.ts';
import { SALES_ENDINGS } from './sales-endings.ts';

/** Where endings come about: nothing else runs in this world meanwhile. */
export interface Stage {
  readonly world: FaultyWorld;
  readonly plan: FaultPlan;
}

/** Brings one saga to its end; its history is what is recorded. */
export type Ending = (stage: Stage) => Promise<Operation>;

const REFUSED: Fault = { kind: 'refused', code: 'invalid' };
const UNAVAILABLE: Fault = { kind: 'refused', code: 'unavailable' };
const REPLY_LOST: Fault = { kind: 'reply-lost' };
/** More attempts than any budget here allows. */
const MANY = 1_000;

/**
 * Every way in which a saga of this version ends (DESIGN 5.12), by the name of its file. A kind
 * without endings does not compile.
 */
const ENDINGS_OF: Readonly<Record<OperationKind, Readonly<Record<string, Ending>>>> = {
  provisionTenant: {
    'provision-silo': (stage) => run(stage),
    'provision-pool': ({ world }) => ended(world, world.provision({ isolation: 'pool' })),
    'provision-retried': (stage) => run(stage, ['database.ensure', [REPLY_LOST]]),
    'provision-unwound': (stage) => run(stage, ['dns.ensure', [REFUSED]]),
    'provision-unwound-unknown': (stage) =>
      run(stage, ['route.ensure', [{ kind: 'late', after: 'route.remove' }, REFUSED]]),
    'provision-refused-by-rule': (stage) => run(stage, ['store.activate', [REFUSED]]),
    'provision-parked-resumed-by-itself': parkedResumedByItself,
    'provision-parked-resumed-by-person': parkedResumedByPerson,
    'provision-parked-unwound-by-person': parkedUnwoundByPerson,
    'provision-parked-too-long': parkedTooLong,
    'provision-parked-cancelled': parkedCancelled,
    'provision-cancelled': (stage) => cancelledDuring(stage, 'database.ensure'),
    'provision-cancelled-too-late': (stage) => cancelledDuring(stage, 'store.activate'),
    'provision-parked-at-pivot': (stage) => stalled(stage, 'store.activate'),
    'provision-parked-after-pivot': (stage) => stalled(stage, 'identity.inviteAdmin'),
    'provision-unwinding-parked': unwindingParked,
  },
  changeMembership: {
    'change-done': (stage) => changed(stage, (owner) => roles(owner, ['org-member', 'org-owner'])),
    'change-refused': (stage) =>
      changed(stage, (owner) => roles(owner, ['org-owner']), ['store.commit', [REFUSED]]),
    'change-left': (stage) => changed(stage, (_, member) => ({ change: 'leave', member })),
    'change-transferred': (stage) =>
      changed(stage, (from, to) => ({ change: 'transfer-ownership', from, to })),
    'change-deactivated-parked': deactivationParked,
    'change-deactivated-late': (stage) =>
      changed(stage, (_, member) => ({ change: 'deactivate', member }), [
        'identity.removeMember',
        [{ kind: 'late', after: 'identity.removeMember' }],
      ]),
    'change-reactivated': (stage) => reactivated(stage),
    'change-reactivation-unwound': (stage) => reactivated(stage, ['store.commit', [REFUSED]]),
  },
  freezeTenant: {
    'freeze-done': (stage) => frozen(stage),
    'freeze-refused-by-rule': (stage) => frozen(stage, ['store.freeze', [REFUSED]]),
    'freeze-parked-resumed-by-itself': freezeParked,
  },
  unfreezeTenant: {
    'unfreeze-done': (stage) => thawed(stage),
    'unfreeze-unwound': (stage) => thawed(stage, ['route.restore', [REFUSED]]),
    'unfreeze-refused-by-rule': (stage) => thawed(stage, ['store.unfreeze', [REFUSED]]),
  },
  inviteMember: INVITE_ENDINGS,
  ...DOMAIN_ENDINGS,
  ...RECONCILE_ENDINGS,
  ...SALES_ENDINGS,
  offboardTenant: OFFBOARD_ENDINGS,
  moveTenant: MOVE_ENDINGS,
};

export const ENDINGS: Readonly<Record<string, Ending>> = Object.assign(
  {},
  ...Object.values(ENDINGS_OF),
);

async function run({ world, plan }: Stage, ...faults: [Effect, Fault[]][]): Promise<Operation> {
  const operation = await world.accept();
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation);
  return world.ended(operation);
}

async function ended(world: FaultyWorld, started: Promise<Operation>): Promise<Operation> {
  return world.ended(await started);
}

/** A saga that parks because a port is away; `next` decides what becomes of it. */
async function parked(
  { world, plan }: Stage,
  next: (operation: Operation) => Promise<unknown>,
  timing: Partial<SagaTiming> = {},
): Promise<Operation> {
  const operation = await world.accept();
  plan.down.add('identity');
  try {
    await world.start(operation, timing);
    await world.reached(operation, ['parked']);
    await next(operation);
  } finally {
    plan.down.delete('identity');
  }
  return world.ended(operation);
}

function parkedResumedByItself(stage: Stage): Promise<Operation> {
  return parked(stage, async () => {});
}

/** Nothing can be taken back while the port is away: the undo waits for it. */
function parkedUnwoundByPerson(stage: Stage): Promise<Operation> {
  return parked(stage, ({ id, kind }) => stage.world.engine.tell(id, kind, 'unwind'));
}

function parkedCancelled(stage: Stage): Promise<Operation> {
  return parked(stage, ({ id, kind }) => stage.world.engine.tell(id, kind, 'cancel'));
}

function parkedTooLong(stage: Stage): Promise<Operation> {
  const { world } = stage;
  const unwinding = (operation: Operation) => world.reached(operation, ['unwinding', 'unwound']);
  return parked(stage, unwinding, { parkedLimitMs: 300 });
}

/** The probe answers and the step does not: the third stop waits for a person. */
async function parkedResumedByPerson({ world, plan }: Stage): Promise<Operation> {
  const operation = await world.accept();
  plan.plan(operation.id, 'dns.ensure', ...Array<Fault>(MANY).fill(UNAVAILABLE));
  await world.start(operation, { retryBudgetMs: 200 });
  await eventually(
    async () => {
      const { events } = await world.handle(operation).fetchHistory();
      const tried = (events ?? []).filter(
        (event) => event.activityTaskScheduledEventAttributes?.activityId === 'dns',
      );
      return tried.length === 3 && (await world.row(operation)).state === 'parked';
    },
    { withinMs: 30_000, what: 'the third stop' },
  );
  plan.plan(operation.id, 'dns.ensure');
  await eventually(() => world.engine.tell(operation.id, operation.kind, 'resume'));
  return world.ended(operation);
}

/** Fails until it has parked, then works. */
async function stalled({ world, plan }: Stage, effect: Effect): Promise<Operation> {
  const operation = await world.accept();
  plan.plan(operation.id, effect, ...Array<Fault>(MANY).fill(UNAVAILABLE));
  await world.start(operation, { retryBudgetMs: 300 });
  await world.reached(operation, ['parked']);
  plan.plan(operation.id, effect);
  return world.ended(operation);
}

async function unwindingParked({ world, plan }: Stage): Promise<Operation> {
  const operation = await world.accept();
  plan.plan(operation.id, 'dns.ensure', REFUSED);
  plan.plan(operation.id, 'route.remove', ...Array<Fault>(MANY).fill(UNAVAILABLE));
  await world.start(operation, { retryBudgetMs: 300 });
  await eventually(async () => (await world.row(operation)).reason?.step === 'route');
  plan.plan(operation.id, 'route.remove');
  return world.ended(operation);
}

/** Cancelled past the engine, as in the Temporal UI, while the step is tried again. */
async function cancelledDuring({ world, plan }: Stage, effect: Effect): Promise<Operation> {
  const operation = await world.accept();
  plan.plan(operation.id, effect, REPLY_LOST);
  let cancelled: Promise<unknown> | undefined;
  plan.onEffect = (_moment, tried, id) => {
    if (tried === effect && id === operation.id) cancelled ??= world.handle(operation).cancel();
  };
  await world.start(operation);
  await eventually(() => cancelled ?? false);
  return world.ended(operation);
}

const roles = (member: string, given: readonly string[]): AskedChange => ({
  ...{ change: 'roles', member, roles: given },
});

/** A change in a tenant of an owner and a member. */
async function changed(
  { world, plan }: Stage,
  change: (owner: string, member: string) => AskedChange,
  ...faults: [Effect, Fault[]][]
): Promise<Operation> {
  const { tenant, owner, member } = await aTenantOfTwo(world);
  const operation = await world.acceptChange(tenant, change(owner, member));
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation);
  return world.ended(operation);
}

/** Committed and told; groups and sessions go as soon as the port is back. */
async function deactivationParked({ world, plan }: Stage): Promise<Operation> {
  const { tenant, member } = await aTenantOfTwo(world);
  plan.down.add('identity');
  const operation = await world.change(tenant, { change: 'deactivate', member });
  await world.reached(operation, ['parked']).finally(() => plan.down.delete('identity'));
  return world.ended(operation);
}

async function reactivated(stage: Stage, ...faults: [Effect, Fault[]][]): Promise<Operation> {
  const { world, plan } = stage;
  const { tenant, member } = await aTenantOfTwo(world);
  await ended(world, world.change(tenant, { change: 'deactivate', member }));
  const operation = await world.acceptChange(tenant, { change: 'reactivate', member });
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation);
  return world.ended(operation);
}

async function frozen({ world, plan }: Stage, ...faults: [Effect, Fault[]][]): Promise<Operation> {
  const { tenant } = await ended(world, world.provision());
  const operation = await world.acceptFreezing(tenant);
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation);
  return world.ended(operation);
}

/** Committed and told, then closed outside as soon as the port is back. */
async function freezeParked({ world, plan }: Stage): Promise<Operation> {
  const { tenant } = await ended(world, world.provision());
  plan.down.add('identity');
  const operation = await world.freeze(tenant);
  await world.reached(operation, ['parked']).finally(() => plan.down.delete('identity'));
  return world.ended(operation);
}

async function thawed(stage: Stage, ...faults: [Effect, Fault[]][]): Promise<Operation> {
  const { world, plan } = stage;
  const { tenant } = await frozen(stage);
  const operation = await world.acceptUnfreezing(tenant);
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation);
  return world.ended(operation);
}
