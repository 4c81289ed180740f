import { createPowerDns } from '../../adapters/powerdns/adapter.ts';
import { formatOwnerMark } from '../../ports/owner-mark.ts';
import { server } from '../support/servers/server.ts';
import { digHost } from './dig.ts';
import { dnsContract } from './dns.ts';

const notExclusiveBecause =
  'the API has no compare-and-change; hosts are reserved in our database before DNS is asked';

for (const [target, shown] of [
  ['front.example.net', 'front.example.net.'],
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8::7', '2001:db8::7'],
] as const) {
  dnsContract(`PowerDNS, target ${target}`, async () => make(target, shown), {
    notExclusiveBecause,
  });
}

async function make(target: string, shown: string) {
  const powerdns = await server('powerdns');
  const options = { apiUrl: powerdns.apiUrl, apiKey: powerdns.apiKey, zone: powerdns.zone };
  const configured = { ...options, target, ttlS: 60 };
  const zone = powerdns.zone.replace(/\.$/u, '');
  return {
    dns: createPowerDns(configured),
    target: shown,
    zone,
    plant: async (host: string, parts: Parts) => {
      const set = (name: string, type: string, content: string) => ({
        name: `${name}.`,
        type,
        changetype: 'REPLACE',
        ttl: 60,
        records: [{ content, disabled: false }],
      });
      const rrsets = [
        ...(parts.record ? [set(host, 'A', '192.0.2.99')] : []),
        ...(parts.owner
          ? [set(`_tenure.${host}`, 'TXT', `"${formatOwnerMark(parts.owner)}"`)]
          : []),
      ];
      const url = `${powerdns.apiUrl}/api/v1/servers/localhost/zones/${powerdns.zone}`;
      const response = await fetch(url, {
        method: 'PATCH',
        headers: { 'X-API-Key': powerdns.apiKey },
        body: JSON.stringify({ rrsets }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    look: (host: string) => digHost(powerdns, host),
    withWrongCredentials: createPowerDns({ ...configured, apiKey: 'wrong' }),
    unreachable: createPowerDns({ ...configured, apiUrl: 'http://127.0.0.1:1' }),
    close: async () => undefined,
  };
}

type Parts = { record: boolean; owner?: { tenant: string; operation: string } };
