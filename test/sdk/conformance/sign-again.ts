import { toHex } from '../../../facts/core/bytes.ts';
import { parseEnvelope } from '../../../facts/core/envelope.ts';
import { parseLine } from '../../../facts/core/line.ts';
import { keyIdOf } from '../../../facts/crypto/hash.ts';
import type { FactSigner } from '../../../facts/crypto/sign.ts';
import { createOpensslSigner } from '../../../facts/crypto/sign-openssl.ts';
import { seal } from '../support/fact-writer.ts';
import { checkOf } from './oracle/api-keys.ts';

/*
 * What a thief of the keys could sign: mutated bytes under true signatures reach the checks that
 * stand behind the signature, where parsers differ.
 */

/** Seeds of the keys of the specification's vectors, each 32 times one byte. */
const SEED_BYTES = [7, 21, 22, 23, 24, 25, 26, 27];
const SIGNERS = SEED_BYTES.map((byte) => createOpensslSigner(new Uint8Array(32).fill(byte)));
const BY_KEY_ID = new Map(SIGNERS.map((signer) => [keyIdOf(signer.publicKey), signer]));
const BY_KEY = new Map(SIGNERS.map((signer) => [toHex(signer.publicKey), signer]));

export const signerOfKey = (publicKey: Uint8Array): FactSigner | undefined =>
  BY_KEY.get(toHex(publicKey));

export type Signed = { signed: Uint8Array; sign(changed: Uint8Array): Uint8Array };

/** The payload of a line, and how to put another one in its place; undefined: no key of ours. */
export const signedInLine = (text: string): Signed | undefined => {
  const { position, index, envelope } = parseLine(text);
  const { payload, keyId } = parseEnvelope(envelope);
  const signer = BY_KEY_ID.get(keyId);
  if (signer === undefined) return undefined;
  const sign = (changed: Uint8Array): Uint8Array =>
    Buffer.from(`${position} ${index} ${seal(changed, keyId, signer)}`);
  return { signed: payload, sign };
};

const CHECK_CHARS = 7;

/** An API key without its check, and how to put another start in its place. */
export const signedInKey = (text: string): Signed | undefined => {
  if (!text.startsWith('tenure_')) return undefined;
  const sign = (changed: Uint8Array): Uint8Array => {
    const start = Buffer.from(changed).toString();
    return Buffer.from(start + checkOf(start));
  };
  return { signed: Buffer.from(text.slice(0, -CHECK_CHARS)), sign };
};

/** Signature lines by which of our keys: the signature itself says it, whatever name stands there. */
const signerIn = (line: string, text: Uint8Array): FactSigner | undefined => {
  const bytes = Buffer.from(line.slice(line.lastIndexOf(' ') + 1), 'base64');
  const signature = bytes.subarray(4);
  return SIGNERS.find((signer) => signature.equals(signer.sign(text)));
};

/** The text of a note, and how to put another one in its place. */
export const signedInNote = (note: Uint8Array): Signed | undefined => {
  const bytes = Buffer.from(note);
  const end = bytes.lastIndexOf('\n\n');
  if (end === -1) return undefined;
  const text = bytes.subarray(0, end + 1);
  const lines = bytes
    .subarray(end + 2)
    .toString()
    .split('\n')
    .slice(0, -1);
  const signers = lines.map((line) => signerIn(line, text));
  if (signers.every((signer) => signer === undefined)) return undefined;
  const sign = (changed: Uint8Array): Uint8Array => {
    const signatures = lines.map((line, at) => {
      const signer = signers[at];
      if (signer === undefined) return `${line}\n`;
      const space = line.lastIndexOf(' ') + 1;
      const keyHash = Buffer.from(line.slice(space), 'base64').subarray(0, 4);
      const encoded = Buffer.concat([keyHash, signer.sign(changed)]).toString('base64');
      return `${line.slice(0, space)}${encoded}\n`;
    });
    return Buffer.concat([changed, Buffer.from(`\n${signatures.join('')}`)]);
  };
  return { signed: text, sign };
};
