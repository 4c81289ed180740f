import { SECTIONS } from './load.ts';
import { secretVariables } from './secret-files.ts';
import { VARIABLES } from './section.ts';
import type { Section } from './section.ts';

/** `docs/reference/configuration.md`, from the schema that the processes are started with. */
export function formatReference(): string {
  const sections: Section<unknown>[] = Object.values(SECTIONS);
  return `${[HEAD, ...sections.map(formatSection)].join('\n\n')}\n`;
}

const HEAD = `# Configuration

<!-- Written by tools/config-reference.ts from wiring/config/. Change it there. -->

Every process reads its environment once, at the start. Empty variables count as unset. When
variables are wrong, the process names all of them at once, one sentence each, and exits with 1.
\`tenure config --print\` and \`--print-config\` of each process show what was understood, without
secrets. A variable marked *secret* can be given as a file: \`DATABASE_URL_FILE=/run/secrets/db\`.`;

function formatSection(part: Section<unknown>): string {
  const secrets = new Set(secretVariables(part));
  const rows = Object.entries(part.variables).map(([name, schema]) => {
    const meta = VARIABLES.get(schema);
    const mark = secrets.has(name) ? ' *secret*' : '';
    return `| \`${name}\`${mark} | ${formatDefault(meta?.defaultsTo)} | ${meta?.about ?? ''} |`;
  });
  return [
    `## ${part.title}\n`,
    `${part.about}\n`,
    '| variable | default | meaning |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

/** A default that is a sentence brings its own code marks. */
function formatDefault(text: string | undefined): string {
  if (text === undefined) return '–';
  return text.includes('`') || text.includes(' ') ? text : `\`${text}\``;
}
