import { toBase64Url, utf8 } from '../facts/core/bytes.ts';
import { keyIdOf } from '../facts/crypto/hash.ts';
import { parseKeySet } from '../facts/log/key-set.ts';
import type { KeyRange } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import type { LogReading } from '../ports/log-store.ts';

/**
 * A key of the log as JSON Web Key (RFC 7517; OKP and Ed25519: RFC 8037, section 2). Members that
 * the RFCs do not know have our vendor's prefix, that of the payload type, so that they clash with
 * nobody's (RFC 7517, section 4: collision-resistant names).
 */
export interface LogJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly key_ops: 'verify'[];
  readonly 'vnd.tenure.role': 'root' | 'fact' | 'log' | 'time';
  /** Of fact keys: indexes; of log keys: sizes. Null: without such an end. */
  readonly 'vnd.tenure.from'?: number;
  readonly 'vnd.tenure.to'?: number | null;
  readonly 'vnd.tenure.void'?: number | null;
}

/** The keys of the newest key set; undefined before the first. */
export async function findJwks(
  log: Pick<LogReading, 'findNewestKeySet'>,
): Promise<readonly LogJwk[] | undefined> {
  const note = await log.findNewestKeySet();
  if (note === undefined) return undefined;
  const { root, fact, logKeys, time } = parseKeySet(textOfNote(utf8(note)));
  return [
    jwkOf('root', root),
    ...fact.map((range) => rangedJwk('fact', range)),
    ...logKeys.map((range) => rangedJwk('log', range)),
    ...time.map((key) => jwkOf('time', key)),
  ];
}

function jwkOf(role: LogJwk['vnd.tenure.role'], key: Uint8Array): LogJwk {
  return {
    kty: 'OKP',
    crv: 'Ed25519',
    x: toBase64Url(key),
    kid: keyIdOf(key),
    use: 'sig',
    key_ops: ['verify'],
    'vnd.tenure.role': role,
  };
}

function rangedJwk(role: 'fact' | 'log', { key, from, to, void: voidFrom }: KeyRange): LogJwk {
  const range = { 'vnd.tenure.from': from, 'vnd.tenure.to': to, 'vnd.tenure.void': voidFrom };
  return { ...jwkOf(role, key), ...range };
}
