import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseOwnerMark } from '../../ports/owner-mark.ts';
import { fromDebian } from '../../tools/servers/debian.ts';
import { quiet } from '../../tools/servers/progress.ts';
import type { Addresses } from '../support/servers/server.ts';
import { debianPackages } from '../../tools/servers/versions.ts';
import type { DnsView } from './dns.ts';

const run = promisify(execFile);

export interface DnsAddress {
  readonly host: string;
  readonly port: number;
}

/** Runs a program of BIND's tools: an implementation of DNS and TSIG that is not ours. */
export async function bindTool(
  name: 'dig' | 'nsupdate',
  args: readonly string[],
  input?: string,
): Promise<string> {
  const path = await fromDebian(name, "BIND's DNS tools", debianPackages.dig, quiet);
  const running = run(path, args);
  if (input !== undefined) running.child.stdin?.end(input);
  return (await running).stdout;
}

/** What the server itself says, asked by `dig`. */
export async function digHost(at: DnsAddress, name: string): Promise<DnsView> {
  const ask = (of: string, type: string) =>
    bindTool('dig', [`@${at.host}`, '-p', `${at.port}`, '+tcp', '+norec', '+short', of, type]);
  const texts = (await ask(`_tenure.${name}`, 'TXT')).trim();
  const addresses = await Promise.all(['A', 'AAAA', 'CNAME'].map((type) => ask(name, type)));
  // `dig A` of a CNAME shows the CNAME too.
  const [record] = addresses.flatMap((lines) => lines.split('\n')).filter((line) => line !== '');
  return { record, mark: parseOwnerMark(texts.replace(/^"(.*)"$/u, '$1')) };
}

/** A TXT record's strings have 255 octets at most (RFC 1035, 3.3.14). */
const STRING = /.{1,255}/g;

/** TXT records of a name on Knot, in the place of all that are there. */
export async function plantTexts(
  { host, port, zone, tsig }: Addresses<'knot'>,
  name: string,
  texts: readonly string[],
): Promise<void> {
  const stringsOf = (text: string) => (text.match(STRING) ?? []).map((part) => `"${part}"`);
  const script = [
    ...[`server ${host} ${port}`, `zone ${zone}`, `update delete ${name}. TXT`],
    ...texts.map((text) => `update add ${name}. 60 TXT ${stringsOf(text).join(' ')}`),
    'send',
  ];
  const key = `${tsig.algorithm}:${tsig.name}:${tsig.secret}`;
  await bindTool('nsupdate', ['-v', '-y', key], script.join('\n'));
}
