import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PortError, type Call } from '../../ports/call.ts';
import type { IdentityProvider } from '../../ports/identity-provider.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, SHORT, startTemporal, type World } from '../support/saga-world.ts';
import { sagaBundle, type Mutation } from '../support/sagas/bundle.ts';
import { madeTenant, objectsOf } from '../support/sagas/frozen-world.ts';

const WORLD_WITHIN_MS = 400_000;
/** Long beside everything else that a saga does here. */
const SETTLE_MS = 4_000;
const LANDS_AFTER_MS = 1_000;

/** The guard, switched off: the sagas go on as soon as a later attempt has succeeded. */
const UNSETTLED: Mutation = {
  file: 'workflows/shared/saga.ts',
  text: 'if (step.settles && unsettledMs > 0)',
  by: 'if (Math.random() > 2)',
};

type Verb = 'suspend' | 'restore';

/** Identity whose first call of a verb gets no answer, and is done `afterMs` later, or by `land`. */
function lateIdentity(identity: IdentityProvider, verb: Verb, afterMs: number | undefined) {
  let land: (() => Promise<void>) | undefined;
  let landed = false;
  const once = (slug: string, call: Call): Promise<void> => {
    if (land !== undefined) return identity[verb](slug, call);
    land = async () => {
      await identity[verb](slug, { ...call, signal: new AbortController().signal });
      landed = true;
    };
    if (afterMs !== undefined) setTimeout(() => void land?.(), afterMs);
    return Promise.reject(new PortError('identity', 'unknown', 'identity gave no answer'));
  };
  return {
    provider: { ...identity, [verb]: once },
    land: async () => land?.(),
    hasLanded: () => landed,
  };
}

let temporal: Awaited<ReturnType<typeof startTemporal>>;
beforeAll(async () => {
  temporal = await startTemporal();
}, WORLD_WITHIN_MS);
afterAll(() => temporal.stop());

const OPPOSITES = [
  { verb: 'suspend', first: ['freeze'], next: 'unfreeze', open: true },
  { verb: 'restore', first: ['freeze', 'unfreeze'], next: 'freeze', open: false },
] as const;

describe.each(OPPOSITES)('a $verb that takes effect late', ({ verb, first, next, open }) => {
  async function aWorld(afterMs: number | undefined, mutation?: Mutation) {
    const outside = memoryOutside();
    const { provider, ...late } = lateIdentity(outside.identity.silo, verb, afterMs);
    const world = await createWorld({
      outside: { ...outside, identity: { silo: provider, pool: provider } },
      timing: { settleMs: { ...SHORT.settleMs, identity: SETTLE_MS } },
      ...{ temporal, bundle: await sagaBundle(mutation) },
    });
    return { outside, world, ...late };
  }

  const run = async (world: World, saga: 'freeze' | 'unfreeze', tenant: string) =>
    expect((await world.ended(await world[saga](tenant))).state).toBe('done');

  test(
    `has settled before a ${next} may begin`,
    async () => {
      const { outside, world, hasLanded } = await aWorld(LANDS_AFTER_MS);
      try {
        const tenant = await madeTenant(world);
        for (const saga of first) await run(world, saga, tenant.id);
        expect(hasLanded()).toBe(true);
        await run(world, next, tenant.id);
        expect(objectsOf(outside, tenant).identity?.suspended).toBe(open ? undefined : true);
      } finally {
        await world.close();
      }
    },
    WORLD_WITHIN_MS,
  );

  test(
    `negative control: unsettled, it undoes the ${next}`,
    async () => {
      const { outside, land, world } = await aWorld(undefined, UNSETTLED);
      try {
        const tenant = await madeTenant(world);
        for (const saga of [...first, next]) await run(world, saga, tenant.id);
        await land();
        expect(objectsOf(outside, tenant).identity?.suspended).toBe(open ? true : undefined);
      } finally {
        await world.close();
      }
    },
    WORLD_WITHIN_MS,
  );
});
