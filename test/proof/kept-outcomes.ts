import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/run-command.ts';
import type { Outcome } from './prover.ts';

const FOLDER = join(ROOT, '.tenure', 'proof');
/** What an outcome rests on: files, and folders whole. */
export const SOURCES: readonly string[] = [
  ...['activities', 'adapters', 'api', 'domain', 'drizzle', 'facts', 'manifests', 'ports'],
  ...['registry', 'wiring', 'workers', 'workflows', 'sdk/typescript', 'package-lock.json'],
  ...['test/adapters', 'test/contracts', 'test/proof', 'test/registry', 'test/sdk/support'],
  ...['test/simulation', 'test/support', 'tools'],
];
/** Made from these very sources, at any time. */
const BUILT = join(ROOT, 'sdk/typescript/dist/');

/** Outcomes of these very sources, so that a proof goes on where it was interrupted. */
export class KeptOutcomes {
  readonly #file: string;

  /** `outside`: over which systems. */
  constructor(outside: string) {
    mkdirSync(FOLDER, { recursive: true });
    this.#file = join(FOLDER, `${outside}-${hashOfSources()}.jsonl`);
  }

  read(): Outcome[] {
    try {
      const lines = readFileSync(this.#file, 'utf8').split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Outcome);
    } catch {
      return [];
    }
  }

  keep(outcome: Outcome): void {
    appendFileSync(this.#file, `${JSON.stringify(outcome)}\n`);
  }

  /** Also those of other sources. */
  forget(): void {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
  }
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap((source) => filesOf(join(ROOT, source))).toSorted())
    hash.update(path.slice(ROOT.length)).update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

function filesOf(source: string): string[] {
  if (statSync(source).isFile()) return [source];
  const entries = readdirSync(source, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(BUILT));
}
