import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import { acceptRoleChange } from '../../registry/accept-role-change.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Effect, type Fault } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';

const STEPS: Readonly<Record<string, Effect>> = { commit: 'store.commit', sign: 'facts.sign' };
const WORLD_WITHIN_MS = 120_000;

let world: FaultyWorld;
const plan = new FaultPlan();
beforeAll(async () => {
  world = await startFaultyWorld(plan);
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

/** A tenant of its own, whose owner gets one role more while things go wrong. */
async function changeWith(effect: Effect, faults: readonly Fault[]) {
  const made = await world.ended(await world.provision());
  const member = provisionInputOf(made.input).adminMember;
  const accepted = await acceptRoleChange(
    { ...world.api, clock: systemClock, ids: systemIds },
    { actor: 'operator', tenant: made.tenant, member, roles: ['org-admin', 'org-owner'] },
  );
  if (accepted.outcome !== 'accepted') throw new Error(`not accepted: ${accepted.outcome}`);
  const { operation } = accepted;
  plan.plan(operation.id, effect, ...faults);
  await world.start(operation);
  const { state } = await world.ended(operation);
  expect(plan.remaining(operation.id)).toEqual([]);
  await expectCleanSlate(world, { tenants: [made.tenant] });
  const changed = await world.api.tenants.findMember(made.tenant, member);
  return { state, roles: changed?.roles };
}

describe.each(Object.entries(STEPS))('a role change is made once when %s', (_step, effect) => {
  const faults: Readonly<Record<string, readonly Fault[]>> = {
    'is lost': [{ kind: 'lost' }],
    'is done and its reply lost, twice': [{ kind: 'reply-lost' }, { kind: 'reply-lost' }],
    'takes effect after its own retry': [{ kind: 'late', after: effect }],
    'hangs until its deadline': [{ kind: 'hangs' }],
  };
  test.each(Object.entries(faults))('%s', async (_name, planned) => {
    expect(await changeWith(effect, planned)).toEqual({
      state: 'done',
      roles: ['org-admin', 'org-owner'],
    });
  });
});

test('a refused role change changes nothing and frees the tenant', async () => {
  const refused: Fault = { kind: 'refused', code: 'invalid' };
  expect(await changeWith('store.commit', [refused])).toEqual({
    state: 'unwound',
    roles: ['org-owner'],
  });
});
