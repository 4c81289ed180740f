import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CANARY } from '../story.ts';
import type { ProofWorld } from '../world.ts';
import { select } from './subject.ts';
import type { Findings, Subject } from './subject.ts';

/** Where others than Postgres write, which is where personal data belongs. */
const FOLDERS = ['temporal', 'nats', 'plane'];
const LOG_FILE = /\.log$/;

/** I7: neither the history of the saga nor a fact of its tenant holds what was planted. */
export async function tellsNobody(world: ProofWorld, { operation }: Subject): Findings {
  const history = await world.handle(operation).fetchHistory();
  const facts = await select<{ payload: Buffer }>(
    world,
    'select payload from facts where tenant = $1',
    operation.tenant,
  );
  return [
    ...(holdsCanary(history) ? ['the history of the saga holds personal data'] : []),
    ...(holdsCanary(facts) ? ['a fact holds personal data'] : []),
  ];
}

/** I7, of everything that Temporal, NATS and our processes ever wrote. */
export async function filesTellNobody({ stack }: ProofWorld): Findings {
  const logs = readdirSync(stack.folder).filter((name) => LOG_FILE.test(name));
  const folders = FOLDERS.flatMap((name) => filesOf(join(stack.folder, name)));
  return [...folders, ...logs.map((name) => join(stack.folder, name))]
    .filter((file) => read(file).includes(CANARY))
    .map((file) => `${file} holds personal data`);
}

/** In any text, and in any bytes: payloads are JSON in bytes. */
function holdsCanary(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(CANARY);
  if (value instanceof Uint8Array) return Buffer.from(value).includes(CANARY);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsCanary);
}

function filesOf(folder: string): string[] {
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
