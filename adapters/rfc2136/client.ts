import { randomInt } from 'node:crypto';
import type { Answer } from 'dns-packet';
import { PortError } from '../../ports/call.ts';
import type { PortErrorCode } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { encodeQuery, encodeUpdate, parseAnswer, RCODE } from './message.ts';
import type { Item, ParsedAnswer } from './message.ts';
import { openConnection } from './transport.ts';
import type { DnsConnection } from './transport.ts';
import { createAnswerVerifier, signRequest, TsigError } from './tsig.ts';
import type { TsigKey } from './tsig.ts';

export interface DnsServer {
  /** Name or address of the authoritative (primary) server. */
  readonly server: string;
  readonly port: number;
  readonly zone: string;
  readonly key: TsigKey;
  readonly clock: Clock;
}

/** Signed requests to one authoritative server. Rejects with `PortError` of port `dns`. */
export interface DnsClient {
  /** The answer section; a name that is not there has none. */
  query(
    name: string,
    type: 'A' | 'AAAA' | 'CNAME' | 'TXT' | 'SOA',
    signal: AbortSignal,
  ): Promise<readonly Answer[]>;
  /** True when it was made, false when a prerequisite did not hold and nothing was changed. */
  update(
    prerequisites: readonly Item[],
    updates: readonly Item[],
    signal: AbortSignal,
  ): Promise<boolean>;
  /** All records of the zone (AXFR, RFC 5936). */
  transfer(signal: AbortSignal): Promise<readonly Answer[]>;
}

const UNMET: ReadonlySet<number> = new Set([
  RCODE.NXDOMAIN,
  RCODE.YXDOMAIN,
  RCODE.YXRRSET,
  RCODE.NXRRSET,
]);
const MAX_ID = 0x1_0000;

export function createDnsClient(options: DnsServer): DnsClient {
  return {
    async query(name, type, signal) {
      const request = encodeQuery(randomInt(MAX_ID), name, type);
      const answer = await ask(options, request, { signal, changes: false });
      if (answer.rcode !== RCODE.NXDOMAIN) assureDone(answer.rcode, false);
      return answer.answers;
    },
    async update(prerequisites, updates, signal) {
      const id = randomInt(MAX_ID);
      const request = encodeUpdate(id, options.zone, prerequisites, updates);
      const { rcode } = await ask(options, request, { signal, changes: true });
      if (UNMET.has(rcode)) return false;
      assureDone(rcode, true);
      return true;
    },
    async transfer(signal) {
      const request = encodeQuery(randomInt(MAX_ID), options.zone, 'AXFR');
      const answer = await ask(options, request, { signal, changes: false, until: isWholeZone });
      assureDone(answer.rcode, false);
      return answer.answers;
    },
  };
}

interface Exchange {
  readonly signal: AbortSignal;
  /** A lost answer leaves it open whether something was changed. */
  readonly changes: boolean;
  /** Says when an answer of several messages is complete; without it the first one is. */
  readonly until?: (answers: readonly Answer[]) => boolean;
}

/** A zone transfer ends with the SOA record that it began with (RFC 5936, 2.2). */
function isWholeZone(answers: readonly Answer[]): boolean {
  return answers.length > 1 && answers.at(-1)?.type === 'SOA';
}

async function ask(to: DnsServer, request: Buffer, exchange: Exchange): Promise<ParsedAnswer> {
  let connection: DnsConnection;
  try {
    connection = await openConnection(to.server, to.port, exchange.signal);
  } catch (cause) {
    throw new PortError('dns', 'unavailable', 'the DNS server is not reached', { cause });
  }
  try {
    return await converse(to, connection, request, exchange);
  } catch (cause) {
    if (cause instanceof PortError) throw cause;
    const code = exchange.changes ? 'unknown' : 'unavailable';
    throw new PortError('dns', code, describe(cause), { cause });
  } finally {
    connection.close();
  }
}

async function converse(
  to: DnsServer,
  connection: DnsConnection,
  request: Buffer,
  { until }: Exchange,
): Promise<ParsedAnswer> {
  const { signed, mac } = signRequest(request, to.key, nowS(to.clock));
  const verifier = createAnswerVerifier(to.key, mac);
  await connection.send(signed);
  const answers: Answer[] = [];
  for (;;) {
    const bytes = await connection.receive();
    const answer = parseAnswer(verified(verifier, bytes, nowS(to.clock)));
    if (answer.id !== request.readUInt16BE(0)) throw new Error('the answer has another id');
    answers.push(...answer.answers);
    if (answer.rcode === RCODE.NOERROR && until && !until(answers)) continue;
    verifier.finish();
    return { ...answer, answers };
  }
}

/** Servers that do not accept our key say so without a signature: there is no other way. */
function verified(
  verifier: ReturnType<typeof createAnswerVerifier>,
  bytes: Buffer,
  now: number,
): Buffer {
  try {
    return verifier.verify(bytes, now);
  } catch (cause) {
    if (!(cause instanceof TsigError)) throw cause;
    const { rcode } = parseAnswer(bytes);
    const refused = rcode === RCODE.NOTAUTH || rcode === RCODE.REFUSED;
    if (cause.code === 'refused' || (cause.code === 'unsigned' && refused)) {
      const why = cause.code === 'refused' ? ` (${cause.message})` : '';
      throw new PortError('dns', 'forbidden', `the DNS server refuses our TSIG key${why}`, {
        cause,
      });
    }
    throw cause;
  }
}

/** A signed answer that is neither success nor an unmet prerequisite. */
function assureDone(rcode: number, changes: boolean): void {
  if (rcode === RCODE.NOERROR) return;
  const [code, why] = refusalOf(rcode, changes);
  throw new PortError('dns', code, why, { cause: new Error(`response code ${rcode}`) });
}

function refusalOf(rcode: number, changes: boolean): [PortErrorCode, string] {
  switch (rcode) {
    case RCODE.REFUSED:
      return ['forbidden', 'the DNS server does not allow this to our TSIG key'];
    case RCODE.NOTAUTH:
      return ['forbidden', 'the DNS server is not the authority for the zone, or refuses our key'];
    case RCODE.FORMERR:
    case RCODE.NOTIMP:
    case RCODE.NOTZONE:
      return ['invalid', 'the DNS server does not take such an update'];
    default:
      return [changes ? 'unknown' : 'unavailable', 'the DNS server failed'];
  }
}

function describe(cause: unknown): string {
  return cause instanceof TsigError
    ? 'the answer of the DNS server is not signed by our key'
    : 'the DNS server gave no answer';
}

function nowS(clock: Clock): number {
  return Math.floor(clock.nowMs() / 1_000);
}
