import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { JsonPayload } from '../../../ports/saga-keys.ts';
import { CANARY } from '../story.ts';
import type { ProofWorld } from '../world.ts';
import { select } from './subject.ts';
import type { Findings, Subject } from './subject.ts';

/** Where others than Postgres write, which is where personal data belongs. */
const FOLDERS = ['temporal', 'nats', 'plane'];
const LOG_FILE = /\.log$/;

/**
 * I7: neither the history of the saga nor a fact of its tenant holds what was planted. Sealed
 * payloads are opened: the first wall stands whether the second does or not.
 */
export async function tellsNobody(world: ProofWorld, { operation }: Subject): Findings {
  const history = historyToJSON(await world.handle(operation).fetchHistory());
  const opened = await world.openPayloads(payloadsIn(JSON.parse(history)));
  const told = [history, ...opened.map(({ data = '' }) => Buffer.from(data, 'base64').toString())];
  const facts = await select<{ payload: Buffer }>(
    world,
    'select payload from facts where tenant = $1',
    operation.tenant,
  );
  return [
    ...(told.some((text) => text.includes(CANARY))
      ? ['the history of the saga holds personal data']
      : []),
    ...(facts.some(({ payload }) => payload.includes(CANARY))
      ? ['a fact holds personal data']
      : []),
  ];
}

/** I7, of everything that Temporal, NATS and our processes ever wrote. */
export async function filesTellNobody({ stack }: ProofWorld, secret = CANARY): Findings {
  const logs = readdirSync(stack.folder).filter((name) => LOG_FILE.test(name));
  const folders = FOLDERS.flatMap((name) => filesOf(join(stack.folder, name)));
  return [...folders, ...logs.map((name) => join(stack.folder, name))]
    .filter((file) => read(file).includes(secret))
    .map((file) => `${file} holds personal data`);
}

/** Wherever they stand: inputs, results, failures, summaries. */
function payloadsIn(value: unknown): JsonPayload[] {
  if (typeof value !== 'object' || value === null) return [];
  return 'metadata' in value && 'data' in value
    ? [value as JsonPayload]
    : Object.values(value).flatMap(payloadsIn);
}

export function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return []; // a process that has written nothing
  }
}

/** Servers remove files while one looks. */
function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
