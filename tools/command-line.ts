import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/** What this command was given. `--help` says how to use it; what it cannot read ends it (2). */
export function readArguments<T extends Omit<ParseArgsConfig, 'args'>>(
  usage: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  if (process.argv.slice(2).includes('--help')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  return orRefuse(() => parseArgs<T>(config), usage);
}

/** What an option was given as a number; anything else would quietly choose nothing. */
export function givenNumber(option: string, text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new TypeError(`--${option} takes a number from 0 up, not "${text}"`);
}

/** What an option was given as a whole number. */
export function givenWhole(option: string, text: string): number {
  const number = givenNumber(option, text);
  if (Number.isSafeInteger(number)) return number;
  throw new TypeError(`--${option} takes a whole number, not "${text}"`);
}

/** Ends the command with exit code 2 and one sentence where what it was given cannot be read. */
export function orRefuse<T>(read: () => T, usage?: string): T {
  try {
    return read();
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${sentence}\n${usage === undefined ? '' : `Use: ${usage}\n`}`);
    process.exit(2);
  }
}
