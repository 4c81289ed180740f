import { expect, test } from '@jest/globals';
import type { LinkedStack } from '../support/faults/linked-stack.ts';
import { Striker } from './striker.ts';
import type { Due, Victim } from './striker.ts';

/** Of the stack only what is killed here; each death and each return is written down. */
function aStriker(onKill: (victim: Victim) => Promise<void>) {
  const seen: string[] = [];
  const mortal = (victim: Victim) => ({
    kill: async () => {
      seen.push(`${victim} dies`);
      await onKill(victim);
    },
    restart: async () => void seen.push(`${victim} is back`),
  });
  const stack = { worker: mortal('worker'), nats: mortal('nats') };
  return { seen, striker: new Striker(stack as unknown as LinkedStack, 1_000) };
}

function aBlow(released: () => void): Due {
  const planned = { at: 'dns', fault: 'killed-before', place: 'worker' } as const;
  return {
    ...{ planned: { ...planned, struck: true, spent: false }, process: 'worker' },
    ...{ server: undefined, release: released },
  };
}

test('a blow that failed is told to everyone who looks, and holds nobody', async () => {
  const { seen, striker } = aStriker(() => Promise.reject(new Error('it does not die')));
  const released = Promise.withResolvers<void>();
  striker.reached(aBlow(released.resolve));
  await released.promise;
  await expect(striker.quiet()).rejects.toThrow('a blow failed: Error: it does not die');
  await expect(striker.quiet()).rejects.toThrow('it does not die');
  await expect(striker.kill('nats')).rejects.toThrow('it does not die');
  expect(seen).toEqual(['worker dies']);
});

test('a kill that failed rejects, and so does every look after it', async () => {
  const { striker } = aStriker(() => Promise.reject(new Error('it does not die')));
  await expect(striker.kill('nats')).rejects.toThrow('it does not die');
  await expect(striker.quiet()).rejects.toThrow('it does not die');
});

test('what becomes due while something else is dead is struck after it', async () => {
  const released = Promise.withResolvers<void>();
  const { seen, striker } = aStriker(async (victim) => {
    await Promise.resolve();
    if (victim === 'nats') striker.reached(aBlow(released.resolve));
  });
  await striker.kill('nats');
  await released.promise;
  await striker.quiet();
  expect(seen).toEqual(['nats dies', 'nats is back', 'worker dies', 'worker is back']);
  expect(striker.blows).toBe(2);
});
