import type { Context } from './context.ts';
import { keyChainOf } from './fact-history.ts';
import type { HistoryOptions } from './fact-history.ts';
import { LineRefused, readLines, verifyLines } from './fact-lines.ts';
import { formatFields } from './format.ts';

/** `tenure facts verify`. */
export async function verify(
  file: string,
  options: HistoryOptions,
  context: Context,
): Promise<void> {
  const keys = await keyChainOf(options, context);
  const [tenants, shards] = [new Set<string>(), new Set<number>()];
  let [facts, voided] = [0, 0];
  try {
    for await (const { fact, shard, isVoid } of verifyLines(readLines(file, context.io), keys)) {
      tenants.add(fact.tenant);
      shards.add(shard);
      facts += 1;
      if (isVoid) voided += 1;
    }
  } catch (error) {
    if (!(error instanceof LineRefused)) throw error;
    const { line, code, rule } = error;
    if (context.json) context.print({ verified: facts, bad: { line, code, rule } }, () => '');
    throw error;
  }
  const counts = { facts, tenants: tenants.size, shards: shards.size, void: voided };
  context.print({ ...counts, log: keys.log, keySet: keys.version }, () =>
    formatFields([
      ['facts', `${facts}, every one verified`],
      ['void', String(voided)],
      ['tenants', String(tenants.size)],
      ['shards', String(shards.size)],
      ['key set', `${keys.version} of ${keys.log}`],
    ]),
  );
}
