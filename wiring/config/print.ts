import { stringify } from 'yaml';
import type { Config } from './load.ts';

/**
 * The configuration as a person checks it, secrets redacted. It goes through JSON first, where
 * each `Secret` shows only what may be shown.
 */
export function formatConfig(config: Config): string {
  return stringify(JSON.parse(JSON.stringify(config)));
}
