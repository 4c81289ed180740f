import { createMemoryDns } from '../../adapters/memory/dns.ts';
import { dnsContract } from './dns.ts';

dnsContract('memory', async () => {
  const dns = createMemoryDns();
  return {
    dns,
    target: 'there',
    zone: 'saas.test',
    plant: async (host, parts) => dns.plant(host, parts),
    look: async (host) => {
      const entry = dns.find(host);
      return { record: entry?.record ? 'there' : undefined, mark: entry?.owner };
    },
    ways: {},
    withWrongCredentials: 'no credentials because it is no server',
    unreachable: 'always there because it is no server',
    close: async () => undefined,
  };
});
