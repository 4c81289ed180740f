import { concatBytes } from '../core/bytes.ts';
import { FactError } from '../core/errors.ts';

/*
 * Entry bundle (C2SP tlog-tiles, "Log entries"): as many entries as its tile of level 0 has
 * hashes. An entry is a PAE, so that its leaf hash is SHA-256(0x00 || entry) (`entryHash`).
 *
 *   bundle = (uint16 length, big-endian || entry) ...
 */

const LENGTH_BYTES = 2;
export const MAX_ENTRY_BYTES = 0xffff;

/** Throws a RangeError for an entry whose length does not fit; a fact's PAE is far smaller. */
export const formatBundle = (entries: readonly Uint8Array[]): Uint8Array =>
  concatBytes(
    ...entries.flatMap((entry) => {
      if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`${entry.length} bytes of entry`);
      return [new Uint8Array([entry.length >> 8, entry.length & 0xff]), entry];
    }),
  );

/** The `width` entries of a bundle; refuses (`entry-bundle-malformed`) any other number. */
export const parseBundle = (bytes: Uint8Array, width: number): Uint8Array[] => {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [high, low] = [bytes[at], bytes[at + 1]];
    const start = at + LENGTH_BYTES;
    const end = start + (((high ?? 0) << 8) | (low ?? 0));
    if (low === undefined || end > bytes.length) {
      throw new FactError('entry-bundle-malformed', `cut in entry ${entries.length}`);
    }
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  if (entries.length !== width) {
    throw new FactError('entry-bundle-malformed', `${entries.length} entries, not ${width}`);
  }
  return entries;
};
