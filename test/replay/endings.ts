import type { OperationKind } from '../../domain/operation.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from '../support/eventually.ts';
import { salesIn } from '../support/sales.ts';
import { SHORT } from '../support/saga-world.ts';
import type { Effect, Fault, FaultPlan } from '../support/sagas/faults.ts';
import type { AskedChange } from '../../registry/accept-membership-change.ts';
import { aTenantOfTwo } from '../support/changed-world.ts';
import { aLogin, aTenant, createInviting, mailsTo, tokenIn } from '../support/invitations.ts';
import { OFFBOARD_ENDINGS } from './offboard-endings.ts';
import { MOVE_ENDINGS } from './move-endings.ts';
import type { FaultyWorld } from '../support/sagas/faulty-world.ts';
import { DOMAIN_ENDINGS } from './domain-endings.ts';
import { RECONCILE_ENDINGS } from './reconcile-endings.ts';

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
  inviteMember: {
    'invite-accepted': inviteAccepted,
    'invite-sent-again-accepted': inviteSentAgain,
    'invite-reminded-expired': inviteExpired,
    'invite-revoked': inviteRevoked,
    'invite-mail-parked-revoked': inviteParkedRevoked,
    'invite-refused': inviteRefused,
  },
  ...DOMAIN_ENDINGS,
  ...RECONCILE_ENDINGS,
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

async function frozen({ world, plan }: Stage, ...faults: [Effect, Fault[]][]): Promise<Operation> {
  const { tenant } = await ended(world, world.provision());
  const operation = await world.acceptFreezing(tenant);
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
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

async function invited(stage: Stage, over: Partial<SagaTiming> = {}, ...faults: readonly Fault[]) {
  const { world, plan } = stage;
  const people = createInviting(world);
  const { tenant, issuer } = await aTenant(world);
  const email = `bob@${tenant}.test`;
  const operation = await people.accepted(tenant, email);
  plan.plan(operation.id, 'notifier.send', ...faults);
  await world.start(operation, { ...people.patient, ...over });
  const accept = async (mailing: number) => {
    const mails = await mailsTo(world.outside.notifier, email, mailing);
    await people.take(tokenIn(mails.at(-1)), aLogin(issuer, email));
  };
  return { world, people, operation, accept };
}

async function inviteAccepted(stage: Stage): Promise<Operation> {
  const { world, operation, accept } = await invited(stage);
  await world.reached(operation, ['waiting']);
  await accept(1);
  return world.ended(operation);
}

async function inviteSentAgain(stage: Stage): Promise<Operation> {
  const { world, people, operation, accept } = await invited(stage);
  await world.reached(operation, ['waiting']);
  await people.resend(operation, 'again');
  await accept(2);
  return world.ended(operation);
}

async function inviteExpired(stage: Stage): Promise<Operation> {
  const waitMs = { ...stage.world.timing.waitMs, 'invitation-reminder': 300, invitation: 1_500 };
  const { world, operation } = await invited(stage, { waitMs });
  return world.ended(operation);
}

async function inviteRevoked(stage: Stage): Promise<Operation> {
  const { world, people, operation } = await invited(stage);
  await world.reached(operation, ['waiting']);
  await people.revoke(operation);
  return world.ended(operation);
}

async function inviteParkedRevoked(stage: Stage): Promise<Operation> {
  const away = Array<Fault>(MANY).fill(UNAVAILABLE);
  const { world, people, operation } = await invited(stage, { retryBudgetMs: 300 }, ...away);
  await world.reached(operation, ['parked']);
  await people.revoke(operation);
  return world.ended(operation);
}

async function inviteRefused({ world, plan }: Stage): Promise<Operation> {
  const people = createInviting(world);
  const { tenant } = await aTenant(world);
  const operation = await people.accepted(tenant, `bob@${tenant}.test`);
  plan.plan(operation.id, 'store.commitInvitation', REFUSED);
  await world.start(operation);
  return world.ended(operation);
}
