import { expect, test } from '@jest/globals';
import { memoryOutside } from '../support/saga-outside.ts';
import { sagaBundle } from '../support/sagas/bundle.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld } from '../support/sagas/faulty-world.ts';
import { madeTenant, objectsOf, rowOf, toldStates } from '../support/sagas/frozen-world.ts';

const WORLD_WITHIN_MS = 400_000;

/* What the tests of freezing are proved with: a guard switched off. */

test(
  'without its undo an unfreeze that is refused leaves a frozen tenant open',
  async () => {
    const [plan, outside] = [new FaultPlan(), memoryOutside()];
    const bundle = await sagaBundle({
      file: 'workflows/unfreeze-tenant/workflow.ts',
      text: "undo: (call) => call('suspendIdentity', ref),",
      by: 'undo: () => Promise.resolve(),',
    });
    const world = await startFaultyWorld(plan, { outside, bundle });
    try {
      const tenant = await madeTenant(world);
      await world.ended(await world.freeze(tenant.id));
      const unfreeze = await world.acceptUnfreezing(tenant.id);
      plan.plan(unfreeze.id, 'store.unfreeze', { kind: 'refused', code: 'invalid' });
      await world.start(unfreeze);
      expect((await world.ended(unfreeze)).state).toBe('unwound');
      expect((await rowOf(world, tenant.id)).state).toBe('frozen');
      expect(objectsOf(outside, tenant).identity?.suspended).toBeUndefined();
    } finally {
      await world.close();
    }
  },
  WORLD_WITHIN_MS,
);

test(
  'without its commit first a freeze waits for Keycloak, and data planes are told nothing',
  async () => {
    const [plan, outside] = [new FaultPlan(), memoryOutside()];
    const bundle = await sagaBundle({
      file: 'workflows/freeze-tenant/workflow.ts',
      text: 'await runSaga(input, steps({ operation: input.operation, tenant: input.tenant }));',
      by: `const [commit, sign, ...outside] = steps(input);
        await runSaga(input, [...outside, commit, sign]);`,
    });
    const world = await startFaultyWorld(plan, { outside, bundle });
    try {
      const tenant = await madeTenant(world);
      plan.down.add('identity');
      const freeze = await world.freeze(tenant.id);
      await world.reached(freeze, ['parked']);
      expect(await toldStates(world, tenant)).toEqual(['active']);
      plan.down.delete('identity');
      await world.ended(freeze);
      expect(await toldStates(world, tenant)).toEqual(['active', 'frozen']);
    } finally {
      await world.close();
    }
  },
  WORLD_WITHIN_MS,
);
