import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT } from '../../tools/run-command.ts';
import { eventually } from '../support/eventually.ts';
import { normalise, parsePage } from './page.ts';
import { copyProject } from './project-copy.ts';
import { openTerminal, Shell } from './shell.ts';
import type { Terminal } from './shell.ts';

const PAGE = 'docs/tutorials/first-tenant.md';
const START_WITHIN_MS = 400_000;
const WITHIN_MS = 300_000;

let folder: string;
let terminal: Terminal | undefined;
let shell: Shell;

beforeAll(() => {
  folder = copyProject('tutorial');
  shell = new Shell(folder);
});

afterAll(async () => {
  shell.close();
  await terminal?.interrupt();
  rmSync(folder, { recursive: true, force: true });
});

test(
  'whoever follows the first tutorial word for word sees what it shows',
  async () => {
    let shown = '';
    for (const part of parsePage(readFileSync(join(ROOT, PAGE), 'utf8'))) {
      if (part.type === 'output') expect(normalise(shown)).toBe(normalise(part.text));
      else if (part.type === 'mark') await terminal?.interrupt();
      else if (part.text === 'npm start\n') shown = await start();
      else shown = await shell.run(part.text);
    }
  },
  WITHIN_MS,
);

/** The first terminal; its `export` lines are pasted into the second. Gives what is shown last. */
async function start(): Promise<string> {
  const first = openTerminal('npm start', folder);
  terminal = first;
  await eventually(() => first.text().includes('Ctrl-C ends it.'), {
    withinMs: START_WITHIN_MS,
    what: 'npm start is up',
  });
  const said = first.text();
  await shell.run(
    said
      .split('\n')
      .filter((line) => line.startsWith('  export '))
      .join('\n'),
  );
  return said.slice(said.indexOf('  API  '));
}
