import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('plans/', import.meta.url));

/**
 * A plan's input and what must come of it, one file each: `{ ...input, plan }`. `UPDATE_PLANS=1`
 * writes what comes now; the difference is then read before it is committed.
 */
export interface Golden {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly plan: unknown;
}

export function readGolden(kind: string): Golden[] {
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith(`${kind}-`))
    .map((file) => {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      const { plan, ...input } = JSON.parse(text) as Record<string, unknown>;
      return { name: file.replace('.json', ''), input, plan };
    });
}

export function keepGolden({ name, input }: Golden, plan: unknown): void {
  if (process.env['UPDATE_PLANS'] !== '1') return;
  const text = JSON.stringify({ ...input, plan }, null, 2);
  writeFileSync(join(FOLDER, `${name}.json`), `${text}\n`);
}
