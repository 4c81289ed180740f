import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from './prover.ts';
import { REPOSITORY } from './repository.ts';

const FOLDER = join(REPOSITORY, '.tenure', 'proof');
/** What an outcome rests on. */
const SOURCES = ['workflows', 'activities', 'domain', 'registry', 'adapters', 'test/proof'];

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
  for (const source of SOURCES) {
    const entries = readdirSync(join(REPOSITORY, source), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    for (const path of files.map((entry) => join(entry.parentPath, entry.name)).toSorted())
      hash.update(path.slice(REPOSITORY.length)).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
}
