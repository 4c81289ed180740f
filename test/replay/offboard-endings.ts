import { REVOKE } from '../../domain/offboarding.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from '../support/eventually.ts';
import type { Effect, Fault } from '../support/sagas/faults.ts';
import type { Ending, Stage } from './endings.ts';

const REFUSED: Fault = { kind: 'refused', code: 'invalid' };
const REPLY_LOST: Fault = { kind: 'reply-lost' };

/** Every way in which an offboarding ends, by the name of its file. */
export const OFFBOARD_ENDINGS: Readonly<Record<string, Ending>> = {
  'offboard-done': (stage) => left(stage),
  'offboard-frozen-done': (stage) => left(stage, { frozen: true }),
  'offboard-retried': (stage) =>
    left(stage, { faults: [...lost('dns.remove'), ...lost('store.archive')] }),
  'offboard-revoked': (stage) => left(stage, { revoked: true }),
  'offboard-frozen-revoked': (stage) => left(stage, { frozen: true, revoked: true }),
  'offboard-not-exported': (stage) => left(stage, { faults: [['exports.put', [REFUSED]]] }),
  'offboard-refused-by-rule': (stage) => left(stage, { faults: [['store.offboard', [REFUSED]]] }),
  'offboard-parked-resumed-by-itself': parked,
};

interface How {
  readonly frozen?: true;
  readonly revoked?: true;
  readonly faults?: readonly [Effect, readonly Fault[]][];
}

async function left({ world, plan }: Stage, { frozen, revoked, faults = [] }: How = {}) {
  const { tenant } = await world.ended(await world.provision());
  if (frozen) await world.ended(await world.freeze(tenant));
  const operation = await world.acceptLeaving(tenant);
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await world.start(operation, revoked ? patient(world.timing) : {});
  if (revoked) await revoke({ world, plan }, operation);
  return world.ended(operation);
}

function lost(effect: Effect): [Effect, readonly Fault[]][] {
  return [[effect, [REPLY_LOST]]];
}

/** Long enough that somebody changes their mind. */
function patient({ waitMs }: SagaTiming): Partial<SagaTiming> {
  return { waitMs: { ...waitMs, retention: 600_000 } };
}

async function revoke({ world }: Stage, { id, kind, ...operation }: Operation): Promise<void> {
  await world.reached({ id, kind, ...operation }, ['waiting']);
  const message = { name: REVOKE, told: { operation: id }, id: 'revoked' };
  await eventually(() => world.engine.update(id, kind, message));
}

/** Past its retention, forward only. */
async function parked({ world, plan }: Stage): Promise<Operation> {
  const { tenant } = await world.ended(await world.provision());
  const operation = await world.acceptLeaving(tenant);
  plan.onEffect = (_moment, effect, of) => {
    if (effect === 'store.decide' && of === operation.id) plan.down.add('dns');
  };
  await world.start(operation);
  await world.reached(operation, ['parked']).finally(() => plan.down.delete('dns'));
  return world.ended(operation);
}
