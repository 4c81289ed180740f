import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRfc2136 } from '../../../adapters/rfc2136/adapter.ts';
import { getAndStart } from '../../../tools/servers/registry.ts';
import type { Server } from '../../../tools/servers/registry.ts';
import { quiet } from '../../../tools/servers/progress.ts';
import { formatOwnerMark } from '../../../ports/owner-mark.ts';
import { aCall } from '../../contracts/a-call.ts';
import { bindTool, digHost } from '../../contracts/dig.ts';

let knot: Server<'knot'>;
beforeAll(async () => {
  knot = await getAndStart('knot', quiet);
});
afterAll(() => knot?.stop());

const clock = { nowMs: Date.now };
const dnsOf = (changes: Partial<Parameters<typeof createRfc2136>[0]> = {}) => {
  const { host: server, port, zone, tsig: key } = knot;
  const options = { server, port, zone, key, target: 'front.example.net', ttlS: 60, clock };
  return createRfc2136({ ...options, ...changes });
};

async function nsupdate(...lines: string[]): Promise<void> {
  const { algorithm, name, secret } = knot.tsig;
  const script = [`server ${knot.host} ${knot.port}`, `zone ${knot.zone}`, ...lines, 'send'];
  await bindTool('nsupdate', ['-v', '-y', `${algorithm}:${name}:${secret}`], script.join('\n'));
}

test('a zone of many messages is transferred and verified as a whole', async () => {
  const hosts = Array.from({ length: 3_000 }, (_, at) => `h${at}.tenure.test`);
  for (let at = 0; at < hosts.length; at += 200) {
    const some = hosts.slice(at, at + 200).flatMap((host) => {
      const mark = formatOwnerMark(aCall().owner);
      return [`update add ${host}. 60 A 192.0.2.1`, `update add _tenure.${host}. 60 TXT "${mark}"`];
    });
    await nsupdate(...some);
  }
  const items = await dnsOf().inventory(aCall().signal);
  expect(items.filter(({ owner }) => owner !== undefined)).toHaveLength(hosts.length);
});

test.each<[string, () => Partial<Parameters<typeof createRfc2136>[0]>]>([
  ['key without rights', () => ({ key: knot.powerlessTsig })],
  ['key that it does not know', () => ({ key: { ...knot.tsig, name: 'nobody' } })],
  [
    'algorithm that the key is not for',
    () => ({ key: { ...knot.tsig, algorithm: 'hmac-sha512' } }),
  ],
  ['clock an hour ahead', () => ({ clock: { nowMs: () => Date.now() + 3_600_000 } })],
  ['clock an hour behind', () => ({ clock: { nowMs: () => Date.now() - 3_600_000 } })],
  ['zone that it does not serve', () => ({ zone: 'other.test' })],
])('Knot forbids a %s, also to the probe', async (_, changes) => {
  const dns = dnsOf(changes());
  const host = `acme.${changes().zone ?? 'tenure.test'}`;
  await expect(dns.probe(aCall().signal)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(dns.ensure(host, aCall())).rejects.toMatchObject({ code: 'forbidden' });
});

test('under a wildcard a host is still made with its own record and mark', async () => {
  await nsupdate(
    'update add *.wild.tenure.test. 60 A 192.0.2.9',
    'update add *.wild.tenure.test. 60 TXT "anything"',
  );
  const [host, call] = ['acme.wild.tenure.test', aCall()];
  await dnsOf().remove(host, call);
  await dnsOf().ensure(host, call);
  expect(await digHost(knot, host)).toEqual({ record: 'front.example.net.', mark: call.owner });
  await dnsOf().remove(host, call);
  expect(await digHost(knot, host)).toMatchObject({ record: '192.0.2.9' });
});

test('an address of ours that somebody bent comes back to the target', async () => {
  const [host, call] = ['bent.tenure.test', aCall()];
  await dnsOf().ensure(host, call);
  await nsupdate(`update delete ${host}. CNAME`, `update add ${host}. 60 A 192.0.2.66`);
  await dnsOf().ensure(host, call);
  expect(await digHost(knot, host)).toEqual({ record: 'front.example.net.', mark: call.owner });
});

test('other records beside ours are not destroyed for a CNAME', async () => {
  const [host, call] = ['mail.tenure.test', aCall()];
  await nsupdate(
    `update add ${host}. 60 MX 10 mx.example.net.`,
    `update add _tenure.${host}. 60 TXT "${formatOwnerMark(call.owner)}"`,
  );
  await expect(dnsOf().ensure(host, call)).rejects.toMatchObject({ code: 'foreign' });
  await dnsOf().remove(host, call);
  const at = [`@${knot.host}`, '-p', `${knot.port}`, '+short', host, 'MX'];
  expect(await bindTool('dig', at)).toBe('10 mx.example.net.\n');
});

test('a second text beside the mark makes the host foreign', async () => {
  const [host, call] = ['two.tenure.test', aCall()];
  await dnsOf().ensure(host, call);
  await nsupdate(`update add _tenure.${host}. 60 TXT "and another"`);
  await expect(dnsOf().ensure(host, call)).rejects.toMatchObject({ code: 'foreign' });
  await dnsOf().remove(host, call);
  expect((await digHost(knot, host)).record).toBe('front.example.net.');
});
