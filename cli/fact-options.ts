import { UUID } from '../facts/core/formats.ts';
import { CliError, EXIT } from './errors.ts';

/** Refuses what is no UUID as facts write it. */
export function assureUuid(text: string, what: string): string {
  if (UUID.test(text)) return text;
  throw new CliError(EXIT.usage, `${what} is a UUID in lower case, not ${JSON.stringify(text)}.`);
}

/** 1, 2, 3 ... of a tenant's chain. */
export function assureSeq(text: string, option: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new CliError(EXIT.usage, `${option} takes a seq: 1, 2, 3 and so on, not ${text}.`);
}

/** 0 to 255 of `00` to `ff`. */
export function parseShard(text: string): number {
  if (/^[0-9a-f]{2}$/.test(text)) return Number.parseInt(text, 16);
  throw new CliError(EXIT.usage, `A shard is 00 to ff, not ${JSON.stringify(text)}.`);
}
