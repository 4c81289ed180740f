import { watched } from '../../adapters/decorators/watched.ts';
import { createMemoryDns } from '../../adapters/memory/dns.ts';
import type { Dns } from '../../ports/dns.ts';
import { dnsContract } from './dns.ts';

/** A port that is watched keeps its contract. */
dnsContract('memory, watched', async () => {
  const { plant, find, ...port } = createMemoryDns();
  const dns: Dns = port;
  return {
    dns: watched(dns, { port: 'dns', record: () => undefined, maxPerS: 10_000 }),
    target: 'there',
    zone: 'saas.test',
    plant: async (host, parts) => plant(host, parts),
    look: async (host) => {
      const entry = find(host);
      return { record: entry?.record ? 'there' : undefined, mark: entry?.owner };
    },
    ways: {},
    withWrongCredentials: 'no credentials because it is no server',
    unreachable: 'always there because it is no server',
    close: async () => undefined,
  };
});
