import { hash } from 'node:crypto';
import { concatBytes, fromHex, toHex, utf8 } from '../core/bytes.ts';
import { UUID } from '../core/formats.ts';

/** Namespace of names that are URLs (RFC 9562, section 6.6). */
const URL_NAMESPACE = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

/** Name-based UUID, version 5 (RFC 9562, section 5.5). */
export const uuidV5 = (namespace: string, name: string): string => {
  const prefix = UUID.test(namespace) ? fromHex(namespace.replaceAll('-', '')) : undefined;
  if (prefix === undefined) throw new TypeError(`not a namespace UUID: ${namespace}`);
  const bytes = hash('sha1', concatBytes(prefix, utf8(name)), 'buffer').subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
};

/** Namespace of a log's fact ids: the URL namespace over `tenure:<log origin>`. */
export const logNamespace = (log: string): string => uuidV5(URL_NAMESPACE, `tenure:${log}`);

/** The same operation, step and position make the same id: a retry repeats, never adds. */
export const factId = (log: string, operation: string, step: string, position: number): string =>
  uuidV5(logNamespace(log), `${operation}/${step}/${position}`);
