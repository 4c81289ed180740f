import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { FactError } from '../facts/core/errors.ts';
import type { FactErrorCode } from '../facts/core/errors.ts';
import { parseLine } from '../facts/core/line.ts';
import { openEnvelope } from '../facts/crypto/open.ts';
import { shardOf } from '../facts/crypto/shard.ts';
import type { KeyChain } from '../sdk/typescript/key-chain.ts';
import { ShardReader } from '../sdk/typescript/reader.ts';
import type { Accepted } from '../sdk/typescript/reader.ts';
import type { Io } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { ruleOf } from './fact-rules.ts';

/** The first bad line: which one, by which rule. */
export class LineRefused extends CliError {
  readonly line: number;
  readonly code: FactErrorCode;
  readonly rule: string;

  constructor(line: number, code: FactErrorCode, message: string) {
    super(EXIT.refused, `line ${line}: ${message}\nThe rule: ${ruleOf(code)}`);
    this.line = line;
    this.code = code;
    this.rule = ruleOf(code);
  }
}

/**
 * Lines of a file, or of what is piped in (`-`); begun when the first is asked for, ended early by
 * the signal.
 */
export async function* readLines(
  path: string,
  io: Io,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const input = path === '-' ? (io.input ?? Readable.from([])) : await openFile(path);
  try {
    yield* createInterface(signal === undefined ? { input } : { input, signal });
  } finally {
    // A pipe that stays open would keep the process alive.
    input.destroy();
  }
}

async function openFile(path: string): Promise<Readable> {
  const input = createReadStream(path);
  try {
    await once(input, 'open');
    return input;
  } catch (cause) {
    const { message } = cause as Error;
    throw new CliError(EXIT.usage, `${path} cannot be read: ${message}`, undefined, { cause });
  }
}

/**
 * Verifies lines of `GET /v1/facts`: whole shards, one after the other, each from its position 1
 * on. Throws {@link LineRefused} at the first bad one.
 */
export async function* verifyLines(
  lines: AsyncIterable<string>,
  keys: KeyChain,
): AsyncGenerator<Accepted> {
  const trust = { log: keys.log, findKey: (keyId: string) => keys.find(keyId) };
  const readers = new Map<number, ShardReader>();
  let reader: ShardReader | undefined;
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (text === '') continue;
    if (reader === undefined || text.startsWith('1 ')) {
      const shard = shardOfLine(text, keys, number);
      reader = readers.get(shard) ?? new ShardReader(shard, trust);
      readers.set(shard, reader);
    }
    const { accepted, refused } = reader.fetched([text], 'disk');
    const [refusal] = refused;
    if (refusal !== undefined) throw new LineRefused(number, refusal.code, refusal.message);
    // A reader drops what it has; a file that holds a position twice is not what was served.
    if (accepted.length === 0) throw new LineRefused(number, 'position-gap', 'it is there twice');
    yield* accepted;
  }
}

/** By the verified fact in it: nothing is believed before its signature is checked. */
function shardOfLine(text: string, keys: KeyChain, number: number): number {
  try {
    const { envelope } = parseLine(text);
    return shardOf(openEnvelope(envelope, (keyId) => keys.find(keyId)?.verify).fact.tenant);
  } catch (error) {
    if (!(error instanceof FactError)) throw error;
    throw new LineRefused(number, error.code, error.message);
  }
}
