import type { Isolation } from '../../domain/isolation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { Effect, Fault } from '../support/sagas/faults.ts';
import type { Ending, Stage } from './endings.ts';

const REFUSED: Fault = { kind: 'refused', code: 'invalid' };
const REPLY_LOST: Fault = { kind: 'reply-lost' };

/** Every way in which a move ends, by the name of its file. */
export const MOVE_ENDINGS: Readonly<Record<string, Ending>> = {
  'move-to-pool': (stage) => moved(stage, 'silo', 'pool'),
  'move-to-silo': (stage) => moved(stage, 'pool', 'silo'),
  'move-retried': (stage) =>
    moved(stage, 'silo', 'pool', ...lost('identity.receive'), ...lost('store.move')),
  'move-unwound': (stage) => moved(stage, 'silo', 'pool', ['identity.receive', [REFUSED]]),
  'move-refused-by-rule': (stage) => moved(stage, 'silo', 'pool', ['store.move', [REFUSED]]),
  'move-not-welcomed': (stage) => moved(stage, 'silo', 'pool', ['identity.welcome', [REFUSED]]),
  'move-parked-resumed-by-itself': parked,
};

function lost(effect: Effect): [Effect, readonly Fault[]][] {
  return [[effect, [REPLY_LOST]]];
}

async function moved(
  { world, plan }: Stage,
  from: Isolation,
  to: Isolation,
  ...faults: readonly [Effect, readonly Fault[]][]
): Promise<Operation> {
  const { tenant } = await world.ended(await world.provision({ isolation: from }));
  const operation = await world.acceptMoving(tenant, to);
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation);
  return world.ended(operation);
}

/** Behind its commit, forward only. */
async function parked({ world, plan }: Stage): Promise<Operation> {
  const { tenant } = await world.ended(await world.provision({ isolation: 'silo' }));
  const operation = await world.acceptMoving(tenant, 'pool');
  plan.onEffect = (moment, effect, of) => {
    if (moment === 'after' && effect === 'store.move' && of === operation.id)
      plan.down.add('identity');
  };
  await world.start(operation);
  await world.reached(operation, ['parked']).finally(() => plan.down.delete('identity'));
  return world.ended(operation);
}
