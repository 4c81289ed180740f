import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `<version>/<ending>.json`; histories of released versions are never changed. */
export const HISTORIES = fileURLToPath(new URL('histories/', import.meta.url));

export interface RecordedHistory {
  readonly version: string;
  readonly ending: string;
  /** In Temporal's JSON form. */
  readonly history: unknown;
}

export function recordedHistories(): RecordedHistory[] {
  return readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => {
      const [version = '', file = ''] = name.split('/');
      const history: unknown = JSON.parse(readFileSync(join(HISTORIES, name), 'utf8'));
      return { version, ending: file.replace(/\.json$/, ''), history };
    });
}
