import { expect } from '@jest/globals';
import { driftOf } from '../../domain/reconcile/observation.ts';
import type { Observation } from '../../domain/reconcile/observation.ts';

/** Ways in which people and programs bend an object of ours, by what they do. */
export type Ways<A extends unknown[]> = Readonly<Record<string, (...args: A) => Promise<unknown>>>;

/** It is ours, is looked at in at least one way, and is as it should be. */
export function expectRight(observation: Observation): void {
  expect(observation.presence).toBe('mine');
  expect(observation.attributes.length).toBeGreaterThan(0);
  expect(driftOf(observation)).toEqual([]);
}

/** Each way shows, and is gone after the repair: what the repair cannot mend must not be told. */
export async function expectEachMended<A extends unknown[]>(
  ways: Ways<A>,
  fresh: () => Promise<{
    args: A;
    observe: () => Promise<Observation>;
    mend: () => Promise<unknown>;
  }>,
): Promise<void> {
  expect(Object.keys(ways).length).toBeGreaterThan(0);
  for (const [way, bend] of Object.entries(ways)) {
    const { args, observe, mend } = await fresh();
    expectRight(await observe());
    await bend(...args);
    const bent = await observe();
    expect({ way, presence: bent.presence }).toEqual({ way, presence: 'mine' });
    expect({ way, drifted: driftOf(bent).length > 0 }).toEqual({ way, drifted: true });
    await mend();
    expect({ way, drift: driftOf(await observe()) }).toEqual({ way, drift: [] });
  }
}
