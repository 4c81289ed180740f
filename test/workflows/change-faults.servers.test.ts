import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aTenantOfTwo } from '../support/changed-world.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan, type Effect, type Fault, type Faults } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { runBroken } from '../support/sagas/run-broken.ts';
import { todays } from '../support/todays.ts';

const WORLD_WITHIN_MS = 400_000;
const WAYS = {
  deactivate: ['store.commit', 'facts.sign', 'identity.removeMember'],
  reactivate: ['identity.ensureMember', 'store.commit', 'facts.sign'],
} as const satisfies Record<string, readonly Effect[]>;
type Way = keyof typeof WAYS;

const plan = new FaultPlan();
const outside = memoryOutside();
let world: FaultyWorld;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { outside });
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

/** A member of its own, changed while things go wrong; gives what came of it. */
async function changeWith(way: Way, faults: Faults) {
  const { tenant, slug, member, sub } = await aTenantOfTwo(world);
  if (way === 'reactivate')
    await world.ended(await world.change(tenant, { change: 'deactivate', member }));
  const operation = await world.acceptChange(tenant, { change: way, member });
  const state = await runBroken(world, plan, operation, faults);
  await expectCleanSlate(world, { tenants: [tenant] });
  const row = await world.api.tenants.findMember(tenant, member);
  return { state, member: row?.state, groups: outside.memory.find(slug)?.members?.[sub] };
}

const DONE = {
  deactivate: { state: 'done', member: 'inactive', groups: undefined },
  reactivate: { state: 'done', member: 'active', groups: ['org-members'] },
};
/** As it was before. */
const UNWOUND = {
  deactivate: { state: 'unwound', member: 'active', groups: undefined },
  reactivate: { state: 'unwound', member: 'inactive', groups: undefined },
};
const REFUSED: Fault = { kind: 'refused', code: 'invalid' };
const cells = (Object.keys(WAYS) as Way[]).flatMap((way) =>
  WAYS[way].map((effect) => [way, effect] as const),
);

describe.each(cells)('a member is changed once, %s, when %s', (way, effect) => {
  const faults: Readonly<Record<string, readonly Fault[]>> = {
    'is lost': [{ kind: 'lost' }],
    'is done and its reply lost, twice': [{ kind: 'reply-lost' }, { kind: 'reply-lost' }],
    'takes effect after its own retry': [{ kind: 'late', after: effect }],
    'hangs until its deadline': [{ kind: 'hangs' }],
  };
  test.each(todays(Object.entries(faults)))('%s', async (_name, planned) => {
    expect(await changeWith(way, [[effect, planned]])).toEqual(DONE[way]);
  });
});

test.each(Object.keys(WAYS) as Way[])(
  'a commit that is refused changes nothing: %s',
  async (way) => {
    expect(await changeWith(way, [['store.commit', [REFUSED]]])).toEqual(UNWOUND[way]);
  },
);

test('who is admitted late, behind the undo, is not let in', async () => {
  const late: Fault = { kind: 'late', after: 'identity.removeMember' };
  const faults: [Effect, readonly Fault[]][] = [['identity.ensureMember', [late, REFUSED]]];
  expect(await changeWith('reactivate', faults)).toEqual(UNWOUND.reactivate);
});
