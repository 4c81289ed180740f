// `npm run provision [names...]`: gets every server that the tests need, or the named ones.
import { customResourceNames, getCustomResource } from './custom-resources.ts';
import { debianPackages } from './versions.ts';
import { fromDebian } from './debian.ts';
import { createProgress, type Progress } from './progress.ts';
import { serverNames, servers, type ServerName } from './registry.ts';

/** Not servers: what the tests ask them with, or put into them. */
const tools = {
  dig: (progress: Progress) => fromDebian('dig', 'dig', debianPackages.dig, progress),
  faketime: (progress: Progress) =>
    fromDebian('faketime', 'faketime', debianPackages.faketime, progress),
  chromium: (progress: Progress) =>
    fromDebian('chromium', 'Chromium', debianPackages.chromium, progress),
  'custom-resources': async (progress: Progress) => {
    for (const name of customResourceNames) await getCustomResource(name, progress);
  },
} as const;

type Name = ServerName | keyof typeof tools;

const names: readonly Name[] = [...serverNames, ...(Object.keys(tools) as (keyof typeof tools)[])];

async function provision(asked: readonly Name[]): Promise<boolean> {
  const progress = createProgress();
  let complete = true;
  // One after the other: each build takes all processors there are.
  for (const name of asked) {
    try {
      if (name in tools) await tools[name as keyof typeof tools](progress);
      else await servers[name as ServerName].get(progress);
      process.stdout.write(`${name}: there\n`);
    } catch (error) {
      complete = false;
      process.stderr.write(`${name}: ${(error as Error).message}\n`);
    }
  }
  return complete;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(names as readonly string[]).includes(name));
if (unknown.length > 0) {
  process.stderr.write(`Unknown: ${unknown.join(', ')}. There are: ${names.join(', ')}.\n`);
  process.exitCode = 2;
} else {
  const complete = await provision(asked.length === 0 ? names : (asked as Name[]));
  process.exitCode = complete ? 0 : 1;
}
