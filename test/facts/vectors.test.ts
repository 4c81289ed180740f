import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { fromHex } from '../../facts/core/bytes.ts';
import { FACT_ERROR_CODES } from '../../facts/core/errors.ts';
import { createVerifier } from '../../facts/crypto/verify.ts';
import { ShardReader } from '../../sdk/typescript/reader.ts';
import type { LogVector, ReaderState } from '../../tools/vectors/log-vector.ts';
import type { ShardVector, SignatureVector } from '../../tools/vectors/vector.ts';
import { openKeys } from '../sdk/support/fact-writer.ts';
import { answerOf } from './log/run-vector.ts';

const FOLDER = new URL('../../facts/spec/vectors/', import.meta.url);

const namesIn = (folder: string): string[] =>
  readdirSync(new URL(`${folder}/`, FOLDER)).map((file) => file.replace('.json', ''));
const isSignature = (name: string): boolean => name.startsWith('ed25519-');
const read = <T>(folder: string, name: string): T =>
  JSON.parse(readFileSync(new URL(`${folder}/${name}.json`, FOLDER), 'utf8')) as T;
const isLog = (folder: string) => (name: string) => 'check' in read<object>(folder, name);
const isShard = (folder: string) => (name: string) => !isSignature(name) && !isLog(folder)(name);
const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();

/** The strict profile's answer; a key that it refuses signs nothing. */
const holds = (vector: SignatureVector): boolean => {
  try {
    const verify = createVerifier(hex(vector.publicKey));
    return verify(hex(vector.message), hex(vector.signature));
  } catch {
    return false;
  }
};

const readShard = (vector: ShardVector) => {
  const reader = new ShardReader(vector.shard, { log: vector.log, findKey: openKeys(vector.keys) });
  const step = reader.fetched(vector.lines, 'http');
  return { accepted: step.accepted.length, codes: step.refused.map(({ code }) => code), reader };
};

describe('valid', () => {
  test.each(namesIn('valid').filter(isSignature))('%s', (name) => {
    expect(holds(read('valid', name))).toBe(true);
  });
  test.each(namesIn('valid').filter(isLog('valid')))('%s', async (name) => {
    const vector = read<LogVector>('valid', name);
    expect('value' in vector.expect).toBe(true);
    expect(await answerOf(vector)).toEqual(vector.expect);
  });
  test.each(namesIn('valid').filter(isShard('valid')))('%s', (name) => {
    const vector = read<ShardVector>('valid', name);
    const { accepted, codes, reader } = readShard(vector);
    expect({ accepted, codes }).toEqual({ accepted: vector.lines.length, codes: [] });
    expect(reader.head()).toMatchObject(vector.head);
  });
});

describe('invalid', () => {
  test.each(namesIn('invalid').filter(isSignature))('%s', (name) => {
    expect(holds(read('invalid', name))).toBe(false);
  });
  test.each(namesIn('invalid').filter(isLog('invalid')))('%s', async (name) => {
    const vector = read<LogVector>('invalid', name);
    expect(vector.expect).toEqual({ code: name.split('--')[0] });
    expect(await answerOf(vector)).toEqual(vector.expect);
  });
  test.each(namesIn('invalid').filter(isShard('invalid')))('%s', (name) => {
    const vector = read<ShardVector>('invalid', name);
    const { accepted, codes, reader } = readShard(vector);
    expect({ accepted, codes }).toEqual({
      accepted: vector.accepted,
      codes: [name.split('--')[0]],
    });
    expect(reader.head()).toMatchObject(vector.head);
  });
});

/** What a registry alone checks: no kit is asked for it. */
describe('registry', () => {
  test.each(namesIn('registry/valid'))('%s', async (name) => {
    const vector = read<LogVector>('registry/valid', name);
    expect('value' in vector.expect).toBe(true);
    expect(await answerOf(vector)).toEqual(vector.expect);
  });
  test.each(namesIn('registry/invalid'))('%s', async (name) => {
    const vector = read<LogVector>('registry/invalid', name);
    expect(vector.expect).toEqual({ code: name.split('--')[0] });
    expect(await answerOf(vector)).toEqual(vector.expect);
  });
});

test('every code has its vector', () => {
  const names = [...namesIn('invalid'), ...namesIn('registry/invalid')];
  const codes = new Set(names.map((name) => name.split('--')[0]));
  for (const name of namesIn('valid').filter((one) => one.startsWith('reader-'))) {
    const { expect: expected } = read<LogVector>('valid', name);
    for (const { refused } of (expected as { value: ReaderState[] }).value) {
      for (const code of refused) codes.add(code);
    }
  }
  // The tenant is the sequencer's to compare; times of receipts depend on the registry's clock.
  const without = ['tenant-mismatch', 'receipt-time'];
  expect(FACT_ERROR_CODES.filter((code) => !codes.has(code))).toEqual(without);
});
