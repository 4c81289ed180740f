import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MemoryIdentity } from '../../adapters/memory/identity.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { SagaEngineError } from '../../ports/saga-engine.ts';
import { createSweep } from '../../registry/tell-unsettled.ts';
import { eventually } from '../support/eventually.ts';
import { aLogin, aTenant, createInviting, mailsTo, tokenIn } from '../support/invitations.ts';
import type { TenantOfTest } from '../support/invitations.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, type World } from '../support/saga-world.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';

const outside = memoryOutside();
let world: World;
let people: ReturnType<typeof createInviting>;
let acme: TenantOfTest;
beforeAll(async () => {
  world = await createWorld({ outside });
  people = createInviting(world);
  acme = await aTenant(world);
});
afterAll(() => world.close());

let persons = 0;
const anEmail = () => `Person.${(persons += 1)}@Example.test`;
const mails = (email: string, count = 1) => mailsTo(outside.notifier, email, count);
const memberOf = ({ tenant, input }: Operation) =>
  world.api.tenants.findMember(tenant, String(input['member']));

/** What the facts say of the member, oldest first. */
async function factsOf({ tenant, input }: Operation): Promise<unknown[]> {
  const { rows } = await world.database.admin.query<{ payload: Buffer }>(
    'select payload from facts where tenant = $1 order by seq',
    [tenant],
  );
  return rows
    .map(({ payload }) => JSON.parse(payload.toString()) as Record<string, unknown>)
    .filter(({ subject }) => subject === `member:${String(input['member'])}`)
    .map(({ op, body }) => ({ op, body }));
}

const statesOf = ({ steps }: Operation) => Object.fromEntries(steps.map((s) => [s.name, s.state]));

/** An invitation whose mail has arrived. */
async function invited(over: Parameters<typeof people.invite>[2] = {}) {
  const email = anEmail();
  const operation = await people.invite(acme.tenant, email, over);
  const token = tokenIn((await mails(email)).at(-1));
  await world.reached(operation, ['waiting']);
  return { operation, email, token };
}

async function expectNobodyCame(operation: Operation): Promise<void> {
  expect(await memberOf(operation)).toBeUndefined();
  expect(await factsOf(operation)).toEqual([
    { op: 'assert', body: { state: 'pending', identity: null, roles: ['org-member'] } },
    { op: 'retract', body: {} },
  ]);
}

test('the invited person becomes a member who is bound to the login', async () => {
  const { operation, email, token } = await invited();
  const pending = { state: 'pending', identity: null, roles: ['org-member'] };
  expect(await memberOf(operation)).toMatchObject(pending);
  const said = await eventually(() => world.engine.ask(operation.id, operation.kind));
  expect(said).toMatchObject({ state: 'waiting', step: 'answer', reason: undefined });
  const login = aLogin(acme.issuer, email.toUpperCase());
  expect(await people.take(token, login)).toMatchObject({ outcome: 'taken' });
  const ended = await world.ended(operation);
  expect(statesOf(ended)).toEqual({
    ...{ commit: 'done', sign: 'done', user: 'done', mail: 'done', answer: 'done' },
    ...{ settle: 'done', 'sign-end': 'done', identity: 'done' },
  });
  const identity = { issuer: acme.issuer, sub: login.sub };
  expect(await memberOf(operation)).toMatchObject({ state: 'active', identity });
  expect(await factsOf(operation)).toEqual([
    { op: 'assert', body: pending },
    { op: 'assert', body: { state: 'active', identity, roles: ['org-member'] } },
  ]);
  expect(groupsOf(outside.memory, login.sub)).toEqual(['org-members']);
  expect(await people.row(operation)).toMatchObject({ state: 'accepted', identity });
  await expectCleanSlate(world, { tenants: [acme.tenant] });
  await expectReplays(world, operation);
});

const groupsOf = ({ find }: MemoryIdentity, sub: string) => find(acme.slug)?.members?.[sub];

test('an invitation that nobody answers is reminded of once, then it expires', async () => {
  const waitMs = { ...world.timing.waitMs, 'invitation-reminder': 1_000, invitation: 8_000 };
  const { operation, email, token } = await invited({ waitMs });
  await world.ended(operation);
  const [first, reminder, ...more] = await mails(email, 2);
  expect([first?.kind, reminder?.kind, more]).toEqual(['invitation', 'invitation-reminder', []]);
  expect(tokenIn(reminder)).toBe(token);
  expect(await people.row(operation)).toMatchObject({ state: 'expired', identity: null });
  expect(await people.find(token)).toBeUndefined();
  await expectNobodyCame(operation);
  await expectReplays(world, operation);
});

test('a revoked invitation is dead at once and leaves no member', async () => {
  const { operation, email, token } = await invited();
  expect(await people.revoke(operation)).toMatchObject({ outcome: 'changed' });
  expect(await people.take(token, aLogin(acme.issuer, email))).toEqual({ outcome: 'not-open' });
  const ended = await world.ended(operation);
  expect(statesOf(ended)).toMatchObject({ answer: 'done', settle: 'done', identity: 'skipped' });
  await expectNobodyCame(operation);
  // Again says the same; and the address is free for another one.
  expect(await people.revoke(operation)).toMatchObject({ outcome: 'changed' });
  expect(await people.ask(acme.tenant, email)).toMatchObject({ outcome: 'accepted' });
  await expectReplays(world, operation);
});

test('a resend kills the old link; its own works, and asked twice it is one mail', async () => {
  const { operation, email, token } = await invited();
  await people.resend(operation, 'again-1');
  await people.resend(operation, 'again-1');
  const [, second, ...more] = await mails(email, 2);
  expect(more).toEqual([]);
  expect(tokenIn(second)).not.toBe(token);
  expect(await people.find(token)).toBeUndefined();
  expect(await people.take(token, aLogin(acme.issuer, email))).toEqual({ outcome: 'not-open' });
  const taken = await people.take(tokenIn(second), aLogin(acme.issuer, email));
  expect(taken).toMatchObject({ outcome: 'taken' });
  expect((await world.ended(operation)).state).toBe('done');
  await expectReplays(world, operation);
});

test('an invitation is sent ten times and no more', async () => {
  const { operation, email } = await invited();
  for (let mailing = 2; mailing <= 10; mailing += 1) await people.resend(operation, `m${mailing}`);
  await expect(people.resend(operation, 'm11')).rejects.toMatchObject({
    code: 'command-refused',
    message: 'It was sent 10 times: revoke it, and invite anew.',
  });
  await people.revoke(operation);
  await world.ended(operation);
  await mails(email);
});

describe('what the saga is told', () => {
  const message = ({ id }: Operation, name: string, key: string) => ({
    ...{ name, told: { invitation: id }, id: key },
  });

  test('counts as what the row says: told of nothing, it goes on waiting', async () => {
    const { operation, email, token } = await invited();
    const { engine } = world;
    for (const name of ['accept', 'revoke']) {
      await engine.update(
        operation.id,
        'inviteMember',
        message(operation, name, `by-hand-${name}`),
      );
      await engine.signal(operation.id, 'inviteMember', message(operation, name, name));
    }
    await eventually(async () => {
      const { events } = await world.handle(operation).fetchHistory();
      const looked = (events ?? []).filter((event) =>
        event.activityTaskScheduledEventAttributes?.activityId?.startsWith('until-answer'),
      );
      expect(looked.length).toBeGreaterThan(0);
    });
    expect((await world.row(operation)).state).toBe('waiting');
    expect(await people.find(token)).toBeDefined();
    expect(await people.take(token, aLogin(acme.issuer, email))).toMatchObject({
      outcome: 'taken',
    });
    expect((await world.ended(operation)).state).toBe('done');
    await expectReplays(world, operation);
  });

  test('must be of its own invitation', async () => {
    const { operation } = await invited();
    const other = { name: 'accept', told: { invitation: acme.tenant }, id: 'other' };
    await expect(world.engine.update(operation.id, 'inviteMember', other)).rejects.toMatchObject({
      code: 'command-refused',
      message: 'It is the saga of another invitation.',
    });
    await people.revoke(operation);
    await world.ended(operation);
  });

  test('twice is once, by update as by signal', async () => {
    const { operation, email, token } = await invited();
    const login = aLogin(acme.issuer, email);
    await people.take(token, login);
    const { engine } = world;
    const again = message(operation, 'accept', 'accept');
    await engine.update(operation.id, 'inviteMember', again).catch(() => undefined);
    await engine.signal(operation.id, 'inviteMember', again).catch(() => undefined);
    expect(await people.take(token, login)).toMatchObject({ outcome: 'taken-before' });
    await world.ended(operation);
    expect(await factsOf(operation)).toHaveLength(2);
  });

  test('after the end is refused, and changes nothing', async () => {
    const { operation, email, token } = await invited();
    await people.take(token, aLogin(acme.issuer, email));
    await world.ended(operation);
    await eventually(async () => {
      const { status } = await world.handle(operation).describe();
      return status.name === 'COMPLETED';
    });
    const late = message(operation, 'resend', 'late');
    for (const how of ['update', 'signal'] as const)
      await expect(world.engine[how](operation.id, 'inviteMember', late)).rejects.toMatchObject({
        code: 'saga-not-found',
      });
    expect(await people.resend(operation, 'late')).toEqual({ outcome: 'invitation-ended' });
    expect(await people.revoke(operation)).toEqual({ outcome: 'invitation-ended' });
    expect(await people.take(token, aLogin(acme.issuer, 'eve@example.test'))).toEqual({
      outcome: 'not-open',
    });
    expect(await memberOf(operation)).toMatchObject({ state: 'active' });
  });
});

test('a saga that could not hear of the acceptance is told by the sweep', async () => {
  const { operation, email, token } = await invited();
  const deaf = createInviting({ ...world, engine: unheard(world.engine) });
  expect(await deaf.take(token, aLogin(acme.issuer, email))).toMatchObject({ outcome: 'taken' });
  expect((await world.row(operation)).state).toBe('waiting');
  const { store, engine, report } = world;
  const sweep = createSweep({ invitations: store.invitations, engine, report });
  await eventually(async () => {
    await sweep(performance.now());
    expect((await world.row(operation)).state).toBe('done');
  });
  expect(await memberOf(operation)).toMatchObject({ state: 'active' });
  expect(await store.invitations.listUnsettled(0, 10)).toEqual([]);
});

function unheard(engine: World['engine']): World['engine'] {
  const away = new SagaEngineError('engine-unavailable', 'the network is away');
  const update = () => Promise.reject(away);
  return { ...engine, update };
}

test('the rule decides again in the commit: refused there, no address stays behind', async () => {
  const globex = await aTenant(world);
  const operation = await people.accepted(globex.tenant, anEmail());
  await world.database.admin.query(`update tenants set state = 'frozen' where id = $1`, [
    globex.tenant,
  ]);
  await world.start(operation);
  const { state, reason } = await world.ended(operation);
  expect({ state, reason }).toMatchObject({
    state: 'unwound',
    reason: { step: 'commit', code: 'tenant-state' },
  });
  expect(await people.row(operation)).toBeUndefined();
  expect(await memberOf(operation)).toBeUndefined();
  await expectReplays(world, operation);
});
