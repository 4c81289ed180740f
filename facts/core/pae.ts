import { concatBytes, utf8 } from './bytes.ts';

/** A new algorithm or payload form is a new type, never a negotiation (DESIGN 3). */
export const PAYLOAD_TYPE = 'application/vnd.tenure.fact.v1+json';

const PREFIX = `DSSEv1 ${utf8(PAYLOAD_TYPE).length} ${PAYLOAD_TYPE} `;

/**
 * The bytes that are signed and hashed (DSSE v1, protocol.md, "Pre-Authentication Encoding"):
 *
 *   "DSSEv1" SP len(type) SP type SP len(payload) SP payload      lengths in decimal ASCII
 */
export const preAuthEncoding = (payload: Uint8Array): Uint8Array =>
  concatBytes(utf8(`${PREFIX}${payload.length} `), payload);
