import { readFileSync } from 'node:fs';
import { VARIABLES } from './section.ts';
import type { Refuse, Section } from './section.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type ReadFile = (path: string) => string;

const readText: ReadFile = (path) => readFileSync(path, 'utf8');

/**
 * Puts the content of each `<NAME>_FILE` into `<NAME>`: how Docker, Kubernetes and vault agents
 * hand over secrets. The line end that editors add is not part of the secret.
 */
export function readSecretFiles(
  environment: Environment,
  sections: readonly Section<unknown>[],
  refuse: Refuse,
  readFile: ReadFile = readText,
): Environment {
  const env: Record<string, string | undefined> = { ...environment };
  for (const variable of sections.flatMap(secretVariables)) {
    const file = `${variable}_FILE`;
    const path = environment[file];
    if (path === undefined) continue;
    if (environment[variable] !== undefined) {
      refuse(file, `and ${variable} are both set: keep one`);
      continue;
    }
    try {
      env[variable] = readFile(path).replace(/\r?\n$/, '');
      if (env[variable] === '') refuse(file, 'names an empty file');
    } catch (error) {
      refuse(file, `names a file that cannot be read (${codeOf(error)})`);
    }
  }
  return env;
}

/** The variables of a section that have a `_FILE` twin. */
export function secretVariables({ variables }: Section<unknown>): string[] {
  return Object.keys(variables).filter((name) => {
    const schema = variables[name];
    return schema !== undefined && VARIABLES.get(schema)?.secret === true;
  });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
