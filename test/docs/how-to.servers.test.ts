import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from '@jest/globals';
import { ROOT } from '../../tools/run-command.ts';
import { copyProject } from './project-copy.ts';
import { Shell } from './shell.ts';
import { edit, parseSteps } from './steps.ts';

const PAGES = ['docs/how-to/add-an-adapter.md', 'docs/how-to/add-a-saga.md'];
const WITHIN_MS = 600_000;

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

/** Both at once, since what costs time is the commands, and most are the same. */
test(
  `whoever follows ${PAGES.join(' and ')} word for word has a project that passes its checks`,
  async () => {
    const commands = new Set<string>();
    for (const step of PAGES.flatMap((page) =>
      parseSteps(readFileSync(join(ROOT, page), 'utf8')),
    )) {
      if (step.type === 'commands')
        for (const line of step.text.trim().split('\n')) commands.add(line);
      else edit(folder, step);
    }
    for (const command of commands) await shell.run(command);
  },
  WITHIN_MS,
);
