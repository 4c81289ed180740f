import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../command-line.ts';
import { createProgress } from '../servers/progress.ts';
import { startStack } from '../stack/stack.ts';
import type { Stack } from '../stack/stack.ts';
import { PlaneProcess } from './plane-process.ts';
import { DATA_FOLDER, makeRunFolder } from './run-folder.ts';
import { runScenario } from './scenario.ts';
import { sayAddresses, untilInterrupted } from './stay.ts';

const USAGE = 'npm run demo -- [--once: exit after the scenario] [--json: last line is the result]';

const boolean = { type: 'boolean', default: false } as const;
const { once, json } = readArguments(USAGE, { options: { once: boolean, json: boolean } }).values;
const say = (line: string) => process.stdout.write(`${line}\n`);
const interrupted = untilInterrupted();
const folder = makeRunFolder(join(fileURLToPath(DATA_FOLDER), 'demo'));
let stack: Stack | undefined;
let plane: PlaneProcess | undefined;
try {
  const finished = run();
  // Ctrl-C in the middle ends the scenario too: what it waits for is being stopped.
  await Promise.race([finished, interrupted]);
  finished.catch(() => undefined);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : error}\n`);
} finally {
  await plane?.close();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}

async function run(): Promise<void> {
  const progress = createProgress(process.stdout);
  say('Starting Postgres, NATS, Temporal and the registry on free ports of 127.0.0.1');
  stack = await startStack({ dir: folder, progress });
  plane = new PlaneProcess({
    registryUrl: stack.api.url,
    natsUrl: stack.nats.url,
    token: stack.readerToken,
    log: stack.log,
    root: stack.rootKey,
    directory: join(folder, 'plane'),
  });
  await plane.ready();
  const result = await runScenario(stack, plane, say);
  if (!once) await comeBack(stack);
  if (json) say(JSON.stringify(result));
  if (!once) await interrupted;
}

async function comeBack({ nats, temporal, sequencer, worker, api }: Stack): Promise<void> {
  say('\nStarting what was killed again');
  await Promise.all([nats.restart(), temporal.restart()]);
  await Promise.all([sequencer.restart(), worker.restart(), api.restart()]);
  if (stack !== undefined) sayAddresses(stack, say);
}
