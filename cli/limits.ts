import { CliError, EXIT } from './errors.ts';

export type Limits = Readonly<Record<string, number>>;

export const formatLimits = (limits: Limits): string =>
  Object.entries(limits)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** `members=12` as it is typed. */
export function parseTotal(text: string): [string, number] {
  const [, name, value] = /^([^=]+)=(\d{1,15})$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, Number(value)];
  throw new CliError(EXIT.usage, `${text} is not name=number.`, 'As in: members=12');
}
