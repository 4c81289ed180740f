import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Exports } from '../../ports/exports.ts';

/** What every adapter of the port keeps. */
export function describeExports(open: () => Exports): void {
  const signal = () => AbortSignal.timeout(10_000);

  test('a document is found until it is removed, and each tenant has its own', async () => {
    const exports = open();
    const [one, other] = [randomUUID(), randomUUID()];
    await exports.probe(signal());
    expect(await exports.find(one, signal())).toBeUndefined();
    await exports.put(one, '{"é":1}', signal());
    await exports.put(other, '{}', signal());
    expect(await exports.find(one, signal())).toBe('{"é":1}');
    await exports.remove(one, signal());
    expect(await exports.find(one, signal())).toBeUndefined();
    expect(await exports.find(other, signal())).toBe('{}');
  });

  test('a second document replaces the first', async () => {
    const exports = open();
    const tenant = randomUUID();
    await exports.put(tenant, 'a longer one', signal());
    await exports.put(tenant, 'short', signal());
    expect(await exports.find(tenant, signal())).toBe('short');
  });

  test('removing what is not there is success', async () => {
    await open().remove(randomUUID(), signal());
  });
}
