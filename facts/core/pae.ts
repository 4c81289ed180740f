import { concatBytes, equalBytes, utf8 } from './bytes.ts';

/** A new algorithm or payload form is a new type, never a negotiation (DESIGN 3). */
export const PAYLOAD_TYPE = 'application/vnd.tenure.fact.v1+json';

const SPACE = 0x20;
const PREFIX = `DSSEv1 ${utf8(PAYLOAD_TYPE).length} ${PAYLOAD_TYPE} `;

/**
 * The bytes that are signed and hashed (DSSE v1, protocol.md, "Pre-Authentication Encoding"):
 *
 *   "DSSEv1" SP len(type) SP type SP len(payload) SP payload      lengths in decimal ASCII
 */
export const preAuthEncoding = (payload: Uint8Array): Uint8Array =>
  concatBytes(utf8(`${PREFIX}${payload.length} `), payload);

/** Strict inverse of {@link preAuthEncoding}; undefined for bytes that it does not make. */
export const payloadOf = (encoded: Uint8Array): Uint8Array | undefined => {
  const prefix = utf8(PREFIX);
  if (!equalBytes(encoded.subarray(0, prefix.length), prefix)) return undefined;
  const space = encoded.indexOf(SPACE, prefix.length);
  const payload = encoded.subarray(space + 1);
  return equalBytes(preAuthEncoding(payload), encoded) ? payload : undefined;
};
