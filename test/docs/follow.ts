import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from '@jest/globals';
import { ROOT } from '../../tools/run-command.ts';
import { copyProject } from './project-copy.ts';
import { Shell } from './shell.ts';
import { edit, parseSteps } from './steps.ts';

const WITHIN_MS = 300_000;

/** A test that does what a how-to says, in a copy of the project; each of its commands succeeds. */
export function follow(page: string): void {
  let folder: string;
  let shell: Shell;
  beforeAll(() => {
    folder = copyProject('how-to');
    shell = new Shell(folder);
  });
  afterAll(() => {
    shell.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    `whoever follows ${page} word for word ends with a project that passes its checks`,
    async () => {
      for (const step of parseSteps(readFileSync(join(ROOT, page), 'utf8'))) {
        if (step.type === 'commands') await shell.run(`(set -e\n${step.text})`);
        else edit(folder, step);
      }
    },
    WITHIN_MS,
  );
}
