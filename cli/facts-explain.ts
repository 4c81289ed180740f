import { PLATFORM_TENANT } from '../facts/core/types.ts';
import { shardOf } from '../facts/crypto/shard.ts';
import type { Accepted } from '../sdk/typescript/reader.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { readHistory } from './fact-history.ts';
import type { HistoryOptions } from './fact-history.ts';
import { assureUuid } from './fact-options.ts';
import { explainAccess } from './explain.ts';
import type { Explanation } from './explain.ts';
import type { Who } from './evidence.ts';
import { factsOf } from './facts-show.ts';
import { formatSource } from './fact-text.ts';

export interface ExplainOptions extends HistoryOptions {
  readonly member?: string;
  readonly issuer?: string;
  readonly sub?: string;
  readonly permission?: string;
  readonly project?: string;
  readonly at?: number;
}

/** `tenure facts explain`. */
export async function explain(
  text: string,
  options: ExplainOptions,
  context: Context,
): Promise<void> {
  const tenant = assureUuid(text, 'A tenant');
  const who = whoOf(options);
  const { permission, project } = options;
  if (project !== undefined) assureUuid(project, 'A project');
  const shards = [...new Set([shardOf(tenant), shardOf(PLATFORM_TENANT)])];
  const facts = await readHistory(options, shards, context);
  const last = lastOf(factsOf(tenant, facts), options.at, tenant);
  const known = facts.filter(({ index }) => index <= last.index);
  const explanation = explainAccess({ tenant, who, permission, project }, known);
  const at = { seq: last.fact.seq, index: last.index, time: last.fact.at };
  context.print({ tenant, at, who, ...explanation }, () =>
    format(explanation, `${nameOf(who)}, tenant ${tenant}, as of seq ${at.seq} (${at.time})`),
  );
}

function whoOf({ member, issuer, sub }: ExplainOptions): Who {
  if (member !== undefined && issuer === undefined && sub === undefined)
    return { member: assureUuid(member, 'A member') };
  if (member === undefined && issuer !== undefined && sub !== undefined) return { issuer, sub };
  throw new CliError(EXIT.usage, 'Say who: --member, or --issuer and --sub.');
}

function lastOf(own: readonly Accepted[], at: number | undefined, tenant: string): Accepted {
  const last = at === undefined ? own.at(-1) : own.find(({ fact }) => fact.seq === at);
  if (last !== undefined) return last;
  const newest = own.at(-1)?.fact.seq ?? 0;
  throw new CliError(EXIT.refused, `Tenant ${tenant} has ${newest} facts, and no seq ${at}.`);
}

function nameOf(who: Who): string {
  return 'member' in who ? `member ${who.member}` : `${who.sub} of ${who.issuer}`;
}

function format({ decisions, because }: Explanation, title: string): string {
  const places = decisions.map(({ permission, project, reason }) => {
    const place = project === null ? 'in the tenant' : `in project ${project}`;
    if (reason === 'granted') return `  may ${permission} ${place}`;
    return `  may not ${permission} ${place}: ${reason}`;
  });
  const reasons = because.map(({ sentence, fact }) =>
    fact === null ? `  ${sentence}.` : `  ${sentence}: ${formatSource(fact)}.`,
  );
  return [title, ...places, '', 'because', ...reasons].join('\n');
}
