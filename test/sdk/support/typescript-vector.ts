import { fromHex } from '../../../facts/core/bytes.ts';
import { FactError } from '../../../facts/core/errors.ts';
import { createVerifier } from '../../../facts/crypto/verify.ts';
import { ShardReader } from '../../../sdk/typescript/reader.ts';
import type { LogVector } from '../../../tools/vectors/log-vector.ts';
import type { ShardVector, SignatureVector } from '../../../tools/vectors/vector.ts';
import { answerOf } from '../../facts/log/run-vector.ts';
import { openKeys } from './fact-writer.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();

/** The strict profile's answer; a key that it refuses signs nothing. */
const holds = ({ publicKey, message, signature }: SignatureVector): boolean => {
  try {
    return createVerifier(hex(publicKey))(hex(message), hex(signature));
  } catch (error) {
    if (error instanceof FactError) return false;
    throw error;
  }
};

const readShard = ({ log, keys, shard, lines }: ShardVector): object => {
  const reader = new ShardReader(shard, { log, findKey: openKeys(keys) });
  const step = reader.fetched(lines, 'http');
  const { position, index, hash } = reader.head();
  const codes = step.refused.map(({ code }) => code);
  return { accepted: step.accepted.length, codes, head: { position, index, hash } };
};

/** What the TypeScript kit answers to a vector of the specification. */
export const answerVector = async (name: string, vector: object): Promise<object> => {
  if (name.startsWith('ed25519-')) return { holds: holds(vector as SignatureVector) };
  if ('check' in vector) return answerOf(vector as LogVector);
  return readShard(vector as ShardVector);
};
