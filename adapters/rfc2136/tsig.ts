import { createHmac, timingSafeEqual } from 'node:crypto';
import { name as dnsName } from 'dns-packet';
import { findLastAdditional, skipName, withAdditionalCount } from './wire.ts';

/**
 * Transaction signatures of DNS messages (TSIG, RFC 8945). The TSIG record is always the last one
 * of the additional section:
 *
 *   key name | type 250 | class ANY | TTL 0 | length |
 *     algorithm | time signed (48 bits, s) | fudge (16, s) | MAC length (16) | MAC |
 *     original id (16) | error (16) | other length (16) | other
 */
export interface TsigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  /** The shared secret, decoded. */
  readonly secret: Uint8Array;
}

/** The mandatory one and the recommended longer ones (RFC 8945, section 6). */
export type TsigAlgorithm = 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';

/**
 * - `unsigned`: no TSIG where there must be one. `bad-key`: another key or algorithm.
 * - `bad-signature`: the bytes are not what the key's owner signed. `bad-time`: outside the fudge.
 * - `refused`: the server's TSIG error: it did not accept our key, signature or clock.
 */
export type TsigErrorCode = 'unsigned' | 'bad-key' | 'bad-signature' | 'bad-time' | 'refused';

export class TsigError extends Error {
  override readonly name = 'TsigError';
  readonly code: TsigErrorCode;

  constructor(code: TsigErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Extended response codes inside the record (RFC 8945, section 3). */
const TSIG_ERRORS: Readonly<Record<number, string>> = {
  16: 'BADSIG: the secret differs',
  17: 'BADKEY: the server does not know the key for this',
  18: 'BADTIME: the clocks differ',
  22: 'BADTRUNC: the signature is too short',
};
const TYPE_TSIG = 250;
const CLASS_ANY = 255;
/** RFC 8945, section 10 recommends 300 s. */
const FUDGE_S = 300;

interface Stamp {
  readonly timeS: number;
  readonly fudgeS: number;
  readonly error: number;
  readonly other: Buffer;
}

interface Tsig extends Stamp {
  readonly keyName: string;
  readonly algorithm: string;
  readonly mac: Buffer;
  readonly originalId: number;
}

/** Appends a TSIG record to a request. `mac` is what the answer's signature starts from. */
export function signRequest(
  message: Buffer,
  key: TsigKey,
  nowS: number,
): { signed: Buffer; mac: Buffer } {
  const stamp: Stamp = { timeS: nowS, fudgeS: FUDGE_S, error: 0, other: Buffer.alloc(0) };
  // Signed bytes of a request (4.3): message without TSIG | TSIG variables.
  const mac = hmac(key, [message, variables(key, stamp)]);
  const data = Buffer.concat([
    wireName(key.algorithm),
    timers(stamp),
    uint16(mac.length),
    mac,
    message.subarray(0, 2),
    uint16(0),
    uint16(0),
  ]);
  const record = [wireName(key.name), uint16(TYPE_TSIG), uint16(CLASS_ANY), Buffer.alloc(4)];
  return {
    signed: Buffer.concat([withAdditionalCount(message, 1), ...record, uint16(data.length), data]),
    mac,
  };
}

/**
 * Verifies the messages that answer one request, in their order; each call gives the message
 * without its TSIG record. `finish` throws when the last message was not signed (5.3.1).
 */
export function createAnswerVerifier(
  key: TsigKey,
  requestMac: Buffer,
): { verify(message: Buffer, nowS: number): Buffer; finish(): void } {
  let priorMac = requestMac;
  let first = true;
  let unsigned: Buffer[] = [];
  return {
    verify(message: Buffer, nowS: number): Buffer {
      const found = findTsig(message);
      if (!found) {
        if (first) throw new TsigError('unsigned', 'the answer carries no signature');
        unsigned.push(message);
        return message;
      }
      const { tsig, bare } = found;
      assureAccepted(tsig, key);
      // Signed bytes of the first answer (5.3): length and bytes of the request's MAC | message
      // without TSIG, with the original id | TSIG variables. Of each further one (5.3.1): length
      // and bytes of the previous MAC | the unsigned messages since | message | time and fudge.
      const tail = first ? variables(key, tsig) : timers(tsig);
      const mac = hmac(key, [uint16(priorMac.length), priorMac, ...unsigned, bare, tail]);
      if (mac.length !== tsig.mac.length || !timingSafeEqual(mac, tsig.mac)) {
        throw new TsigError('bad-signature', 'the answer is not signed by our key');
      }
      if (tsig.error !== 0) throw refusal(tsig.error);
      if (Math.abs(nowS - tsig.timeS) > tsig.fudgeS) {
        throw new TsigError('bad-time', 'the answer was signed at another time');
      }
      [priorMac, first, unsigned] = [tsig.mac, false, []];
      return bare;
    },
    finish(): void {
      if (unsigned.length > 0) throw new TsigError('unsigned', 'the last answer is not signed');
    },
  };
}

/** A refusal of our key or signature comes unsigned (5.3.2): it could not be signed. */
function assureAccepted(tsig: Tsig, key: TsigKey): void {
  if (tsig.mac.length === 0 && tsig.error !== 0) throw refusal(tsig.error);
  if (canonical(tsig.keyName) !== canonical(key.name)) {
    throw new TsigError('bad-key', 'the answer names another key');
  }
  if (canonical(tsig.algorithm) !== key.algorithm) {
    throw new TsigError('bad-key', 'the answer names another algorithm');
  }
}

function refusal(error: number): TsigError {
  return new TsigError('refused', TSIG_ERRORS[error] ?? `TSIG error ${error}`);
}

/** `bare` is the message as it was signed: without the record, with the id of the request. */
function findTsig(message: Buffer): { tsig: Tsig; bare: Buffer } | undefined {
  const start = findLastAdditional(message);
  if (start === undefined) return undefined;
  const fixed = skipName(message, start);
  if (message.readUInt16BE(fixed) !== TYPE_TSIG) return undefined;
  const algorithmAt = fixed + 10;
  let at = skipName(message, algorithmAt);
  const take = (bytes: number) => message.subarray(at, (at += bytes));
  const timeS = take(6).readUIntBE(0, 6);
  const fudgeS = take(2).readUInt16BE();
  const mac = take(take(2).readUInt16BE());
  const originalId = take(2).readUInt16BE();
  const error = take(2).readUInt16BE();
  const other = take(take(2).readUInt16BE());
  const [keyName, algorithm] = [
    dnsName.decode(message, start),
    dnsName.decode(message, algorithmAt),
  ];
  if (at !== message.length || message.readUInt16BE(algorithmAt - 2) !== at - algorithmAt) {
    throw new TsigError('bad-signature', 'the signature record has a wrong length');
  }
  const bare = withAdditionalCount(message.subarray(0, start), -1);
  bare.writeUInt16BE(originalId);
  return { tsig: { keyName, algorithm, timeS, fudgeS, mac, originalId, error, other }, bare };
}

/** TSIG variables (4.3.3): name | class | TTL | algorithm | time | fudge | error | other. */
function variables(key: TsigKey, stamp: Stamp): Buffer {
  return Buffer.concat([
    wireName(key.name),
    uint16(CLASS_ANY),
    Buffer.alloc(4),
    wireName(key.algorithm),
    timers(stamp),
    uint16(stamp.error),
    uint16(stamp.other.length),
    stamp.other,
  ]);
}

function timers(stamp: Stamp): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUIntBE(stamp.timeS, 0, 6);
  bytes.writeUInt16BE(stamp.fudgeS, 6);
  return bytes;
}

function hmac(key: TsigKey, parts: readonly Buffer[]): Buffer {
  const mac = createHmac(key.algorithm.slice('hmac-'.length), key.secret);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** Canonical wire form: lower case, not compressed (RFC 4034, section 6.2). */
function wireName(name: string): Buffer {
  return dnsName.encode(canonical(name));
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/u, '');
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
