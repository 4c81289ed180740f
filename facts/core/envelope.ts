import { fromBase64, toBase64 } from './bytes.ts';
import { FactError } from './errors.ts';
import { KEY_ID } from './formats.ts';
import { PAYLOAD_TYPE } from './pae.ts';

/*
 * DSSE v1 envelope (envelope.md), exactly one signature, in exactly this form:
 *
 *   {"payload":"<base64>","payloadType":"application/vnd.tenure.fact.v1+json",
 *    "signatures":[{"keyid":"<key id>","sig":"<base64>"}]}          (one line, no white space)
 */

export type Envelope = {
  /** Verbatim bytes; verify them before parsing. */
  payload: Uint8Array;
  keyId: string;
  /** 64 bytes when it is an Ed25519 signature; the verifier checks that. */
  signature: Uint8Array;
};

/** `payload` and `signature` are base64 here. */
const write = (payload: string, keyId: string, signature: string): string =>
  `{"payload":"${payload}","payloadType":"${PAYLOAD_TYPE}",` +
  `"signatures":[{"keyid":"${keyId}","sig":"${signature}"}]}`;

export const formatEnvelope = ({ payload, keyId, signature }: Envelope): string =>
  write(toBase64(payload), keyId, toBase64(signature));

type Parsed = {
  payload?: unknown;
  payloadType?: unknown;
  signatures?: unknown;
};
type ParsedSignature = { keyid?: unknown; sig?: unknown } | null;

const malformed = (why: string, cause?: unknown): FactError =>
  new FactError('envelope-malformed', why, { cause });

const parseJson = (text: string): Parsed => {
  let value: Parsed | null;
  try {
    value = JSON.parse(text) as Parsed | null;
  } catch (cause) {
    throw malformed('not JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw malformed('not an object');
  return value;
};

const base64Of = (value: unknown, name: string): { text: string; bytes: Uint8Array } => {
  const text = typeof value === 'string' ? value : '';
  const bytes = typeof value === 'string' ? fromBase64(text) : undefined;
  if (bytes === undefined) throw malformed(`${name} is not base64`);
  return { text, bytes };
};

/** Strict inverse of {@link formatEnvelope}: one text for one envelope, so no second reading. */
export const parseEnvelope = (text: string): Envelope => {
  const { payload, payloadType, signatures } = parseJson(text);
  if (typeof payloadType !== 'string') throw malformed('no payloadType');
  if (payloadType !== PAYLOAD_TYPE) throw new FactError('payload-type-unknown', payloadType);
  if (!Array.isArray(signatures)) throw malformed('no signatures');
  if (signatures.length !== 1) throw new FactError('signature-count', String(signatures.length));
  const signature = signatures[0] as ParsedSignature;
  const keyId = signature?.keyid;
  if (typeof keyId !== 'string' || !KEY_ID.test(keyId)) throw malformed('no key id');
  const [body, sig] = [base64Of(payload, 'payload'), base64Of(signature?.sig, 'sig')];
  // Strict base64 is one text for one value of bytes: these are those of `formatEnvelope`.
  if (write(body.text, keyId, sig.text) !== text)
    throw malformed('another form than the one of DESIGN 3');
  return { payload: body.bytes, keyId, signature: sig.bytes };
};
