import { createRfc2136 } from '../../adapters/rfc2136/adapter.ts';
import type { OwnerMark } from '../../ports/call.ts';
import { formatOwnerMark } from '../../ports/owner-mark.ts';
import { server } from '../support/servers/server.ts';
import { bindTool, digHost } from './dig.ts';
import { dnsContract } from './dns.ts';

for (const [target, shown] of [
  ['front.example.net', 'front.example.net.'],
  ['192.0.2.7', '192.0.2.7'],
  ['2001:0db8::7', '2001:db8::7'],
] as const) {
  dnsContract(`RFC 2136 on Knot, target ${target}`, () => make(target, shown));
}

async function make(target: string, shown: string) {
  const knot = await server('knot');
  const options = { server: knot.host, port: knot.port, zone: knot.zone, target, ttlS: 60 };
  const update = async (...lines: string[]) => {
    const head = [`server ${knot.host} ${knot.port}`, `zone ${knot.zone}`];
    const { algorithm, name, secret } = knot.tsig;
    const script = [...head, ...lines, 'send'].join('\n');
    await bindTool('nsupdate', ['-v', '-y', `${algorithm}:${name}:${secret}`], script);
  };
  const clock = { nowMs: () => Date.now() };
  const configured = { ...options, key: knot.tsig, clock };
  const otherSecret = Buffer.alloc(32, 1).toString('base64');
  return {
    dns: createRfc2136(configured),
    target: shown,
    zone: knot.zone.replace(/\.$/u, ''),
    plant: (host: string, parts: Parts) => {
      const mark = parts.owner && formatOwnerMark(parts.owner);
      return update(
        parts.record ? `update add ${host}. 60 A 192.0.2.99` : '',
        mark ? `update add _tenure.${host}. 60 TXT "${mark}"` : '',
      );
    },
    ways: {
      target: (host: string) =>
        update(`update delete ${host}.`, `update add ${host}. 60 A 192.0.2.98`),
      ttl: (host: string) =>
        update(`update delete ${host}.`, `update add ${host}. 5 ${typeOf(target)} ${shown}`),
      'ttl of the mark': (host: string, owner: OwnerMark) =>
        update(
          `update delete _tenure.${host}.`,
          `update add _tenure.${host}. 5 TXT "${formatOwnerMark(owner)}"`,
        ),
    },
    look: (host: string) => digHost(knot, host),
    withWrongCredentials: createRfc2136({
      ...configured,
      key: { ...knot.tsig, secret: otherSecret },
    }),
    unreachable: createRfc2136({ ...configured, port: 1 }),
    close: async () => undefined,
  };
}

type Parts = { record: boolean; owner?: OwnerMark };

const typeOf = (target: string) =>
  target.includes(':') ? 'AAAA' : target.endsWith('.net') ? 'CNAME' : 'A';
