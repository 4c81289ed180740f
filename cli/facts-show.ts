import { shardOf } from '../facts/crypto/shard.ts';
import type { Accepted } from '../sdk/typescript/reader.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { readHistory } from './fact-history.ts';
import type { HistoryOptions } from './fact-history.ts';
import { assureUuid } from './fact-options.ts';
import { factJson, formatFact } from './fact-text.ts';
import { liveFacts } from './fold.ts';

export interface ShowOptions extends HistoryOptions {
  readonly kind?: string;
  readonly subject?: string;
  readonly live?: boolean;
}

/** `tenure facts show`. */
export async function show(text: string, options: ShowOptions, context: Context): Promise<void> {
  const tenant = assureUuid(text, 'A tenant');
  const facts = factsOf(tenant, await readHistory(options, [shardOf(tenant)], context));
  const { kind, subject, live } = options;
  const shown = (live === true ? liveFacts(facts) : facts).filter(
    ({ fact }) =>
      (kind === undefined || fact.kind === kind) &&
      (subject === undefined || fact.subject === subject),
  );
  context.print({ tenant, facts: shown.map(factJson) }, () =>
    shown.length === 0 ? 'No such facts.' : shown.map(formatFact).join('\n'),
  );
}

/** Refuses a tenant without facts: it is none, or not yet, or its provisioning failed. */
export function factsOf(tenant: string, facts: readonly Accepted[]): Accepted[] {
  const own = facts.filter(({ fact }) => fact.tenant === tenant);
  if (own.length > 0) return own;
  const advice = 'Tenants have facts once they are active: tenure tenants list';
  throw new CliError(EXIT.refused, `There are no facts of tenant ${tenant}.`, advice);
}
