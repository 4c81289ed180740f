// Writes docs/reference/cli.md from the help of the command line; --check compares only.
import { runCli } from '../cli/program.ts';
import { writeGenerated } from './write-generated.ts';

/** Help is as wide as the terminal otherwise, and the page differs from desk to desk. */
const COLUMNS = 100;

const HEAD = `# Command line

<!-- Written by tools/cli-reference.ts from cli/. Change it there. -->

In the project's folder: \`npx tenure\`.`;

/** A command, then those below it. */
async function describe(path: readonly string[]): Promise<string[]> {
  const help = await helpOf(path);
  const [, commands = ''] = /^Commands:\n((?: {2}.*\n)+)/m.exec(help) ?? [];
  const names = [...commands.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name);
  const below: string[][] = [];
  for (const name of names.filter((one) => one !== 'help'))
    below.push(await describe([...path, name]));
  const title = `## ${['tenure', ...path].join(' ')}`;
  return [`${title}\n\n\`\`\`text\n${help.trim()}\n\`\`\``, ...below.flat()];
}

async function helpOf(path: readonly string[]): Promise<string> {
  let help = '';
  const keep = (text: string) => {
    help += text;
  };
  await runCli([...path, '--help'], { env: {}, tty: false, out: keep, err: keep });
  return help;
}

Object.assign(process.stdout, { columns: COLUMNS, isTTY: true });
const sections = [HEAD, ...(await describe([]))];
writeGenerated('docs/reference/cli.md', `${sections.join('\n\n')}\n`);
