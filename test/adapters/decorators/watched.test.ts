import { describe, expect, test } from '@jest/globals';
import { watched } from '../../../adapters/decorators/watched.ts';
import type { Time } from '../../../adapters/decorators/watched.ts';
import { createMemoryDns } from '../../../adapters/memory/dns.ts';
import type { Faults } from '../../../adapters/memory/faults.ts';
import type { Dns } from '../../../ports/dns.ts';
import type { PortCall } from '../../../ports/metrics.ts';
import { aCall } from '../../contracts/a-call.ts';

/** Time that passes only while somebody waits for it. */
function virtualTime(): Time {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    wait: async (ms, signal) => {
      const until = nowMs + ms;
      await Promise.resolve();
      signal.throwIfAborted();
      nowMs = Math.max(nowMs, until);
    },
  };
}

function watchedDns(options: { maxPerS?: number; faults?: Faults } = {}) {
  const [calls, time]: [PortCall[], Time] = [[], virtualTime()];
  const begun: number[] = [];
  const memory = createMemoryDns(options.faults ? { faults: options.faults } : {});
  const timed: Dns = {
    ...memory,
    ensure: async (host, call) => {
      begun.push(time.nowMs());
      await memory.ensure(host, call);
    },
  };
  const record = (call: PortCall) => void calls.push(call);
  const { maxPerS } = options;
  return { dns: watched(timed, { port: 'dns', record, maxPerS, time }), calls, begun, time };
}

const hosts = (count: number) => Array.from({ length: count }, (_, at) => `t${at}.saas.test`);

describe('what is counted', () => {
  test('each call by method with its outcome, and answers pass unchanged', async () => {
    const { dns, calls } = watchedDns();
    const call = aCall();
    await dns.ensure('acme.saas.test', call);
    expect(await dns.inventory(call.signal)).toEqual([
      { name: 'acme.saas.test', owner: call.owner },
    ]);
    const outcome = 'ok';
    expect(calls).toEqual([
      { port: 'dns', method: 'ensure', outcome, ms: 0 },
      { port: 'dns', method: 'inventory', outcome, ms: 0 },
    ]);
  });

  test('a failure by its code, and the error passes unchanged', async () => {
    const refused = { kind: 'refused', code: 'forbidden' } as const;
    const { dns, calls } = watchedDns({ faults: () => refused });
    const failing = dns.probe(aCall().signal);
    await expect(failing).rejects.toMatchObject({ port: 'dns', code: 'forbidden' });
    expect(calls).toMatchObject([{ method: 'probe', outcome: 'forbidden' }]);
  });

  test('a bug as such', async () => {
    const calls: PortCall[] = [];
    const record = (call: PortCall) => void calls.push(call);
    const probe = async (_signal: AbortSignal) => Promise.reject(new TypeError('ours'));
    const port = watched({ probe }, { port: 'dns', record, maxPerS: undefined });
    await expect(port.probe(aCall().signal)).rejects.toThrow('ours');
    expect(calls).toMatchObject([{ outcome: 'error' }]);
  });
});

describe('a limit', () => {
  test('spreads calls that come at once over the time', async () => {
    const { dns, begun } = watchedDns({ maxPerS: 4 });
    await Promise.all(hosts(5).map((host) => dns.ensure(host, aCall())));
    expect(begun).toEqual([0, 250, 500, 750, 1_000]);
  });

  test('is what holds them: without one they begin together', async () => {
    const { dns, begun } = watchedDns();
    await Promise.all(hosts(5).map((host) => dns.ensure(host, aCall())));
    expect(begun).toEqual([0, 0, 0, 0, 0]);
  });

  test('does not hold who comes later anyway', async () => {
    const { dns, begun, time } = watchedDns({ maxPerS: 4 });
    await dns.ensure('one.saas.test', aCall());
    await time.wait(300, aCall().signal);
    await dns.ensure('two.saas.test', aCall());
    expect(begun).toEqual([0, 300]);
  });

  test('counts every method of the port', async () => {
    const { dns, begun } = watchedDns({ maxPerS: 4 });
    await dns.probe(aCall().signal);
    await dns.ensure('one.saas.test', aCall());
    expect(begun).toEqual([250]);
  });

  test('who is stopped before its turn sent nothing and takes no turn', async () => {
    const { dns, begun, calls } = watchedDns({ maxPerS: 4 });
    const stop = new AbortController();
    const first = dns.ensure('one.saas.test', aCall());
    const stopped = dns.ensure('two.saas.test', aCall({}, stop.signal));
    stop.abort();
    const third = dns.ensure('three.saas.test', aCall());
    await expect(stopped).rejects.toMatchObject({ port: 'dns', code: 'unavailable' });
    await Promise.all([first, third]);
    expect(begun).toEqual([0, 250]);
    expect(calls).toHaveLength(2);
  });

  test('real time: a stop ends the wait for a turn', async () => {
    const record = () => undefined;
    const memory: Dns = createMemoryDns();
    const dns = watched(memory, { port: 'dns', record, maxPerS: 1 / 3_600 });
    await dns.probe(aCall().signal);
    const second = dns.probe(AbortSignal.timeout(20));
    await expect(second).rejects.toMatchObject({ code: 'unavailable' });
  });
});
