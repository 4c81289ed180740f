import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createWorld, type World } from '../support/saga-world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

test('a tenant becomes active, step by step', async () => {
  const operation = await world.provision();
  const { state, steps } = await world.ended(operation);
  expect({ state, steps: steps.map((s) => [s.name, s.state]) }).toEqual({
    state: 'done',
    steps: ['identity', 'database', 'route', 'dns', 'activate', 'sign', 'invite-admin'].map(
      (name) => [name, 'done'],
    ),
  });
});
