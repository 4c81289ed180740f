import { createPowerDns } from '../../adapters/powerdns/adapter.ts';
import type { OwnerMark } from '../../ports/call.ts';
import { formatOwnerMark } from '../../ports/owner-mark.ts';
import { drop, patch, set, switchedOff } from '../support/servers/powerdns-records.ts';
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
  const own = (host: string) =>
    set(host, target.includes(':') ? 'AAAA' : target.includes('.net') ? 'CNAME' : 'A', shown);
  const zone = powerdns.zone.replace(/\.$/u, '');
  return {
    dns: createPowerDns(configured),
    target: shown,
    zone,
    plant: async (host: string, parts: Parts) => {
      const rrsets = [
        ...(parts.record ? [set(host, 'A', '192.0.2.99')] : []),
        ...(parts.owner
          ? [set(`_tenure.${host}`, 'TXT', `"${formatOwnerMark(parts.owner)}"`)]
          : []),
      ];
      await patch(powerdns, rrsets);
    },
    ways: {
      target: (host: string) => {
        const others = target.includes('.net') ? [drop(host, 'CNAME')] : [];
        return patch(powerdns, [...others, set(host, 'A', '192.0.2.98')]);
      },
      ttl: (host: string) => patch(powerdns, [{ ...own(host), ttl: 5 }]),
      'ttl of the mark': (host: string, owner: OwnerMark) => {
        const mark = set(`_tenure.${host}`, 'TXT', `"${formatOwnerMark(owner)}"`);
        return patch(powerdns, [{ ...mark, ttl: 5 }]);
      },
      off: (host: string) => {
        const { records, ...record } = own(host);
        return patch(powerdns, [{ ...record, records: records.map(switchedOff) }]);
      },
    },
    look: (host: string) => digHost(powerdns, host),
    withWrongCredentials: createPowerDns({ ...configured, apiKey: 'wrong' }),
    unreachable: createPowerDns({ ...configured, apiUrl: 'http://127.0.0.1:1' }),
    close: async () => undefined,
  };
}

type Parts = { record: boolean; owner?: OwnerMark };
