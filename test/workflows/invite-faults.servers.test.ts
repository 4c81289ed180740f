import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from '../support/eventually.ts';
import { aLogin, aTenant, createInviting, mailsTo, tokenIn } from '../support/invitations.ts';
import type { TenantOfTest } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { resumed } from '../support/resumed.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Effect, type Fault } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { todays } from '../support/todays.ts';

const WORLD_WITHIN_MS = 400_000;
const MANY = 1_000;

const plan = new FaultPlan();
const notifier = createMemoryNotifier();
const outside = { ...memoryOutside(), notifier };
let world: FaultyWorld;
let people: ReturnType<typeof createInviting>;
let acme: TenantOfTest;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { outside });
  people = createInviting(world);
  acme = await aTenant(world);
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

let persons = 0;
const anEmail = () => `p${(persons += 1)}@example.test`;

/** One invitation, accepted by who was mailed, while things go wrong. */
async function acceptedWith(...faults: readonly [Effect, readonly Fault[]][]): Promise<Operation> {
  const email = anEmail();
  const operation = await people.accepted(acme.tenant, email);
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation, people.patient);
  await world.reached(operation, ['waiting']);
  const mails = await mailsTo(notifier, email);
  const taken = await people.take(tokenIn(mails.at(-1)), aLogin(acme.issuer, email));
  expect(taken).toMatchObject({ outcome: 'taken' });
  await world.ended(operation);
  expect(plan.remaining(operation.id)).toEqual([]);
  return operation;
}

const EFFECTS: readonly Effect[] = [
  'store.commitInvitation',
  'identity.ensureInvited',
  'notifier.send',
  'store.settleInvitation',
  'identity.ensureMember',
];

describe.each(EFFECTS)('a member joins once when %s', (effect) => {
  const faults: Readonly<Record<string, readonly Fault[]>> = {
    'is lost': [{ kind: 'lost' }],
    'is done and its reply lost, twice': [{ kind: 'reply-lost' }, { kind: 'reply-lost' }],
    'takes effect after its own retry': [{ kind: 'late', after: effect }],
    'hangs until its deadline': [{ kind: 'hangs' }],
  };
  test.each(todays(Object.entries(faults)))('%s', async (_name, planned) => {
    const { tenant, input } = await acceptedWith([effect, planned]);
    const member = await world.api.tenants.findMember(tenant, String(input['member']));
    expect(member).toMatchObject({ state: 'active', identity: { issuer: acme.issuer } });
    const sub = member?.identity?.sub ?? '';
    expect(outside.memory.find(acme.slug)?.members?.[sub]).toEqual(['org-members']);
    await expectCleanSlate(world, { tenants: [tenant] });
  });
});

test('a mail that arrived though its reply was lost has a link that still works', async () => {
  const email = anEmail();
  const operation = await people.accepted(acme.tenant, email);
  plan.plan(operation.id, 'notifier.send', { kind: 'reply-lost' });
  await world.start(operation, people.patient);
  const [first, second] = await mailsTo(notifier, email, 2);
  expect([first?.id, tokenIn(first)]).toEqual([second?.id, tokenIn(second)]);
  const taken = await people.take(tokenIn(first), aLogin(acme.issuer, email));
  expect(taken).toMatchObject({ outcome: 'taken' });
  await world.ended(operation);
});

/** How many activities of these ids its saga has scheduled. */
async function asked(operation: Operation, activityId: string): Promise<number> {
  const { events } = await world.handle(operation).fetchHistory();
  return (events ?? []).filter((event) =>
    event.activityTaskScheduledEventAttributes?.activityId?.startsWith(activityId),
  ).length;
}

test('a resend while the reminder is on its way has a reminder of its own', async () => {
  const email = anEmail();
  const operation = await people.accepted(acme.tenant, email);
  const waitMs = { ...world.timing.waitMs, 'invitation-reminder': 1_500, invitation: 60_000 };
  await world.start(operation, { waitMs });
  await mailsTo(notifier, email);
  plan.plan(operation.id, 'notifier.send', { kind: 'hangs' });
  const sent = () => plan.calls(operation.id).filter((effect) => effect === 'notifier.send');
  await eventually(() => sent().length > 1);
  await people.resend(operation, 'during-the-reminder');
  const mails = await mailsTo(notifier, email, 4);
  const both = ['invitation', 'invitation-reminder'];
  expect(mails.map(({ kind }) => kind)).toEqual([...both, ...both]);
  expect(tokenIn(mails[3])).toBe(tokenIn(mails[2]));
  await people.revoke(operation);
  expect((await world.ended(operation)).state).toBe('done');
  await expectReplays(world, operation);
});

describe('a mail server that is away', () => {
  const unavailable = Array<Fault>(MANY).fill({ kind: 'refused', code: 'unavailable' });

  async function parked(over: Parameters<FaultyWorld['start']>[1] = {}) {
    const email = anEmail();
    const operation = await people.accepted(acme.tenant, email);
    plan.plan(operation.id, 'notifier.send', ...unavailable);
    await world.start(operation, { ...people.patient, retryBudgetMs: 2_000, ...over });
    await world.parked(operation, { step: 'mail', code: 'notifier.unavailable' });
    return { operation, email };
  }

  /** Its probe fails as well: it tries no mail meanwhile, and ends by what `then` does. */
  async function parkedForGood(
    then: (operation: Operation) => Promise<unknown>,
  ): Promise<Operation> {
    plan.down.add('notifier');
    try {
      const { operation } = await parked();
      await then(operation);
      return await world.ended(operation);
    } finally {
      plan.down.delete('notifier');
    }
  }

  test('parks the saga and fails nothing: the mail goes out when it is back', async () => {
    const { operation, email } = await parked();
    plan.plan(operation.id, 'notifier.send');
    await resumed(world, operation, ['waiting']);
    const [mail] = await mailsTo(notifier, email);
    await people.take(tokenIn(mail), aLogin(acme.issuer, email));
    expect((await world.ended(operation)).state).toBe('done');
    await expectReplays(world, operation);
  });

  test('keeps nobody from revoking: the saga ends though it cannot mail', async () => {
    const operation = await parkedForGood(people.revoke);
    const { state, steps } = await world.row(operation);
    expect(state).toBe('done');
    expect(steps.map((step) => step.state)).toEqual([
      ...['done', 'done', 'done', 'skipped', 'done', 'done', 'done', 'skipped'],
    ]);
    plan.plan(operation.id, 'notifier.send');
    await expectCleanSlate(world, { tenants: [acme.tenant] });
    await expectReplays(world, operation);
  });

  test('and a store that is away longer than a budget fail nothing: revoked, it ends', async () => {
    const operation = await parkedForGood(async (waiting) => {
      plan.plan(waiting.id, 'store.isInvitationPending', ...unavailable);
      await people.revoke(waiting);
      await eventually(async () => (await asked(waiting, 'until-mail')) > 2, {
        ...{ withinMs: 30_000, what: 'the row is asked for again, a budget later' },
      });
      expect((await world.row(waiting)).state).toBe('parked');
      plan.plan(waiting.id, 'store.isInvitationPending');
    });
    expect((await world.row(operation)).state).toBe('done');
    await expectReplays(world, operation);
  });

  test('lets the invitation expire all the same', async () => {
    const waitMs = { ...world.timing.waitMs, 'invitation-reminder': 60_000, invitation: 9_000 };
    const { operation } = await parked({ waitMs });
    expect((await world.ended(operation)).state).toBe('done');
    expect(await people.row(operation)).toMatchObject({
      state: 'expired',
      expiresAtMs: expect.any(Number),
    });
    plan.plan(operation.id, 'notifier.send');
    await expectReplays(world, operation);
  });

  test('keeps nobody from accepting what arrived: a reminder that fails parks beside', async () => {
    const email = anEmail();
    const operation = await people.accepted(acme.tenant, email);
    const waitMs = { ...world.timing.waitMs, 'invitation-reminder': 4_000, invitation: 60_000 };
    await world.start(operation, { waitMs, retryBudgetMs: 2_000 });
    const [mail] = await mailsTo(notifier, email);
    plan.plan(operation.id, 'notifier.send', ...unavailable);
    await world.parked(operation, { step: 'answer', code: 'notifier.unavailable' });
    const taken = await people.take(tokenIn(mail), aLogin(acme.issuer, email));
    expect(taken).toMatchObject({ outcome: 'taken' });
    expect((await world.ended(operation)).state).toBe('done');
    plan.plan(operation.id, 'notifier.send');
    await expectReplays(world, operation);
  });
});

test('a recipient that the mail server refuses for good waits for a person, who revokes', async () => {
  const operation = await people.accepted(acme.tenant, anEmail());
  plan.plan(
    operation.id,
    'notifier.send',
    ...Array<Fault>(MANY).fill({ kind: 'refused', code: 'invalid' }),
  );
  await world.start(operation, people.patient);
  await world.parked(operation, { step: 'mail', code: 'notifier.invalid' });
  await people.revoke(operation);
  expect((await world.ended(operation)).state).toBe('done');
  plan.plan(operation.id, 'notifier.send');
});

test('an identity provider that is away delays no fact: the member is active, the saga parks', async () => {
  const email = anEmail();
  const operation = await people.accepted(acme.tenant, email);
  await world.start(operation, { ...people.patient, retryBudgetMs: 2_000 });
  const [mail] = await mailsTo(notifier, email);
  plan.down.add('identity');
  try {
    await people.take(tokenIn(mail), aLogin(acme.issuer, email));
    await world.parked(operation, { step: 'identity', code: 'identity.unavailable' });
    const { tenant, input } = operation;
    const member = await world.api.tenants.findMember(tenant, String(input['member']));
    expect(member).toMatchObject({ state: 'active' });
  } finally {
    plan.down.delete('identity');
  }
  expect((await world.ended(operation)).state).toBe('done');
});
