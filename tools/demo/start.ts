import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProgress } from '../servers/progress.ts';
import { startStack } from '../stack/stack.ts';
import { DATA_FOLDER } from './run-folder.ts';
import { sayAddresses, untilInterrupted } from './stay.ts';

/* `npm start`: the embedded stack without the demo's story; its data stays over restarts. */

const interrupted = untilInterrupted();
const say = (line: string) => process.stdout.write(`${line}\n`);
try {
  const stack = await startStack({
    dir: join(fileURLToPath(DATA_FOLDER), 'start'),
    progress: createProgress(process.stdout),
  });
  sayAddresses(stack, say);
  await interrupted;
  await stack.stop();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
process.exit();
