import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from '../support/eventually.ts';
import { aTenant } from '../support/invitations.ts';
import { createOwning } from '../support/domains.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Fault } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';

const WORLD_WITHIN_MS = 400_000;
const MANY = 1_000;

const outside = memoryOutside();
const plan = new FaultPlan();
let world: FaultyWorld;
let people: ReturnType<typeof createOwning>;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { outside });
  people = createOwning(world, outside.domainProof);
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

const aName = () => `shop.${randomUUID()}.example`;
const someTenants = (count: number) =>
  Promise.all(Array.from({ length: count }, async () => (await aTenant(world)).tenant));
const aTenantId = async () => (await aTenant(world)).tenant;

/** Two more looks were begun, so that one of them saw what is published now. */
async function lookedAgain({ id }: Operation): Promise<void> {
  const looks = () => plan.calls(id).filter((effect) => effect === 'domain-proof.look').length;
  const before = looks();
  await eventually(async () => looks() >= before + 2, { what: 'two more looks' });
}

async function actionsOf(tenant: string): Promise<string[]> {
  const { rows } = await world.database.admin.query<{ action: string }>(
    `select action from audit where tenant = $1 and action like 'domain.%' order by id`,
    [tenant],
  );
  return rows.map(({ action }) => action);
}

describe('a domain', () => {
  test('leads to the tenant once its record is there, and nowhere before or after', async () => {
    const [tenant, name] = [await aTenantId(), aName()];
    const claim = await people.claim(tenant, name);
    await world.reached(claim, ['waiting']);
    expect([await people.row(claim), outside.routes.find(name)]).toMatchObject([
      ...[{ name, state: 'claimed', provenAtMs: null }, undefined],
    ]);
    people.publish(name, claim);
    const { state, steps } = await world.ended(claim);
    expect([state, steps.map((step) => [step.name, step.state])]).toEqual([
      'done',
      ['proof', 'vacate', 'route', 'commit'].map((step) => [step, 'done']),
    ]);
    expect(await people.row(claim)).toMatchObject({ state: 'active', endedAtMs: null });
    expect(outside.routes.find(name)).toEqual({
      ...{ host: name, owner: { registry: world.registry, tenant, operation: claim.id } },
    });
    await expectCleanSlate(world, { tenants: [tenant] });

    const removal = await people.remove(tenant, claim.id);
    expect((await world.ended(removal)).state).toBe('done');
    expect([(await people.row(claim)).state, outside.routes.find(name)]).toEqual([
      ...['removed', undefined],
    ]);
    expect(await actionsOf(tenant)).toEqual([
      ...['domain.activated', 'domain.removed', 'domain.freed'],
    ]);
    await expectCleanSlate(world, { tenants: [tenant] });
    for (const saga of [claim, removal]) await expectReplays(world, saga);
  });

  test('is looked for at once when somebody asks, however long the pause is', async () => {
    const [tenant, name] = [await aTenantId(), aName()];
    const waitMs = { ...world.timing.waitMs, 'domain-look': 3_600_000, 'domain-claim': 7_200_000 };
    const claim = await people.claim(tenant, name, { waitMs });
    await world.reached(claim, ['waiting']);
    people.publish(name, claim);
    await people.look(claim, 'k1');
    expect((await world.ended(claim)).state).toBe('done');
  });

  test('whose record is another tenant’s, or another claim’s, is not proven by it', async () => {
    const [ours, theirs] = await someTenants(2);
    const name = aName();
    const [mine, other] = [
      await people.accepted(people.ask(ours ?? '', name)),
      await people.accepted(people.ask(theirs ?? '', name)),
    ];
    people.publish(name, other);
    const waitMs = { ...world.timing.waitMs, 'domain-claim': 400 };
    await people.started(mine, { waitMs });
    const { state, reason } = await world.ended(mine);
    expect([state, reason?.code]).toEqual(['unwound', 'domain-unproven']);
    expect((await people.row(mine)).state).toBe('expired');
    // The name is nobody's: it can be asked for again.
    expect(await people.ask(ours ?? '', name)).toMatchObject({ outcome: 'accepted' });
  });

  test('whose claim is taken back is looked for no more', async () => {
    const [tenant, name] = [await aTenantId(), aName()];
    const claim = await people.claim(tenant, name);
    await world.reached(claim, ['waiting']);
    expect((await world.ended(await people.remove(tenant, claim.id))).state).toBe('done');
    people.publish(name, claim);
    const { state, reason } = await world.ended(claim);
    expect([state, reason?.code]).toEqual(['unwound', 'domain-state']);
    expect((await people.row(claim)).state).toBe('removed');
    await expectCleanSlate(world, { tenants: [tenant] });
  });

  test('that the router refuses leaves nothing, and the name free', async () => {
    const [tenant, name] = [await aTenantId(), aName()];
    const claim = await people.accepted(people.ask(tenant, name));
    plan.plan(
      claim.id,
      'route.ensure',
      { kind: 'late', after: 'route.remove' },
      {
        ...{ kind: 'refused', code: 'invalid' },
      },
    );
    people.publish(name, claim);
    await people.started(claim);
    expect((await world.ended(claim)).state).toBe('unwound');
    expect([(await people.row(claim)).state, outside.routes.find(name)]).toEqual([
      ...['expired', undefined],
    ]);
    await expectCleanSlate(world, { tenants: [tenant] });
  });

  test('is waited for while we cannot look', async () => {
    const [tenant, name] = [await aTenantId(), aName()];
    const claim = await people.accepted(people.ask(tenant, name));
    people.publish(name, claim);
    plan.down.add('domain-proof');
    try {
      await people.started(claim, { retryBudgetMs: 2_000 });
      await world.parked(claim, { step: 'proof', code: 'domain-proof.unavailable' });
    } finally {
      plan.down.delete('domain-proof');
    }
    expect((await world.ended(claim)).state).toBe('done');
  });
});

describe('one name that several tenants want', () => {
  test('is whose record is there; the others have only asked', async () => {
    const [first, second] = await someTenants(2);
    const name = aName();
    const [asked, proved] = [
      await people.claim(first ?? '', name),
      await people.claim(second ?? '', name),
    ];
    people.publish(name, proved);
    expect((await world.ended(proved)).state).toBe('done');
    expect(outside.routes.find(name)?.owner?.tenant).toBe(second);
    expect((await people.row(asked)).state).toBe('claimed');
    await world.engine.tell(asked.id, 'addDomain', 'unwind');
    expect((await world.ended(asked)).state).toBe('unwound');
    expect(outside.routes.find(name)?.owner?.tenant).toBe(second);
    await expectCleanSlate(world, { tenants: [first ?? '', second ?? ''] });
  });

  test('stays its owner’s while its record is there, and goes to the next when it is gone', async () => {
    const [former, next] = await someTenants(2);
    const name = aName();
    const owned = await people.own(former ?? '', name);
    const claim = await people.claim(next ?? '', name);
    people.publish(name, owned, claim);
    await lookedAgain(claim);
    expect((await people.row(owned)).state).toBe('active');
    people.publish(name, claim);
    expect((await world.ended(claim)).state).toBe('done');
    expect(await people.row(owned)).toMatchObject({ state: 'lost', lostTo: claim.id });
    const { registry } = world;
    expect(outside.routes.find(name)?.owner).toEqual({
      registry,
      tenant: next,
      operation: claim.id,
    });
    expect(await actionsOf(former ?? '')).toEqual(['domain.activated', 'domain.lost']);
    await expectCleanSlate(world, { tenants: [former ?? '', next ?? ''] });
    await expectReplays(world, claim);
  });

  test('that is lost has no route left, even when the next owner’s saga is taken back', async () => {
    const [former, next] = await someTenants(2);
    const name = aName();
    const owned = await people.own(former ?? '', name);
    const claim = await people.accepted(people.ask(next ?? '', name));
    const away = Array<Fault>(MANY).fill({ kind: 'refused', code: 'unavailable' });
    plan.plan(claim.id, 'route.remove', ...away);
    people.publish(name, claim);
    await people.started(claim, { retryBudgetMs: 2_000 });
    await world.parked(claim, { step: 'vacate', code: 'route.unavailable' });
    await world.engine.tell(claim.id, 'addDomain', 'unwind');
    plan.plan(claim.id, 'route.remove');
    expect((await world.ended(claim)).state).toBe('unwound');
    expect([(await people.row(owned)).state, outside.routes.find(name)]).toEqual([
      ...['lost', undefined],
    ]);
    await expectCleanSlate(world, { tenants: [former ?? '', next ?? ''] });
  });
});

describe('a frozen tenant', () => {
  test('has no way in by its domain either, and has it back after the unfreeze', async () => {
    const [tenant, name] = [await aTenantId(), aName()];
    await people.own(tenant, name);
    const before = outside.routes.find(name);
    await world.ended(await world.freeze(tenant));
    expect(outside.routes.find(name)).toMatchObject({ suspended: true });
    await world.ended(await world.unfreeze(tenant));
    expect(outside.routes.find(name)).toEqual(before);
    await expectCleanSlate(world, { tenants: [tenant] });
  });

  test('gets no new domain: a claim waits, and a commit is refused', async () => {
    const [tenant, name] = [await aTenantId(), aName()];
    const claim = await people.claim(tenant, name);
    await world.reached(claim, ['waiting']);
    await world.ended(await world.freeze(tenant));
    people.publish(name, claim);
    expect(await people.ask(tenant, aName())).toEqual({ outcome: 'tenant-state' });
    expect((await people.row(claim)).state).toBe('claimed');
    // Had it gone on meanwhile, its commit would have been refused.
    await world.ended(await world.unfreeze(tenant));
    expect((await world.ended(claim)).state).toBe('done');

    const second = await people.accepted(people.ask(tenant, aName()));
    plan.plan(second.id, 'store.commitDomain', { kind: 'refused', code: 'invalid' });
    people.publish((await people.row(second)).name, second);
    await people.started(second);
    expect((await world.ended(second)).state).toBe('unwound');
    await expectCleanSlate(world, { tenants: [tenant] });
  });
});
