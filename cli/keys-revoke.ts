import { InvalidArgumentError, type Command } from 'commander';
import { planRevocation, revokeKey } from '../registry/key-sets.ts';
import type { CompromisedKey } from '../registry/next-key-set.ts';
import { reassertVoid, touchedBy } from '../registry/reassert.ts';
import type { VoidFacts } from '../registry/reassert.ts';
import { composeReassertion } from '../wiring/keys.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatFields } from './format.ts';
import { openRoot, withNewKey } from './key-files.ts';
import { readKeys, withKeySets } from './key-sets.ts';

const HELP = `
After a compromise. What the key signed at or above the position is void: it stays in the log, and
no reader goes by it. The key is closed, a new one opens in the same key set, and the registry
asserts anew what it holds about everything that became void. Until that is done, moments later,
planes deny what rests on void facts alone.

--from is an index of facts for a fact key, a size for a log key; left out, it is where the key
opened: everything that it signed. A time key has none. Without --yes the command only says what it
would do. Interrupted, it is run again: it finishes, and writes nothing twice.

Example:
  $ tenure keys revoke 0f1e2d3c4b5a69788796a5b4c3d2e1f0 --from 41200 --root root.key --yes
`;

interface RevokeOptions {
  readonly from?: number;
  readonly root: string;
  readonly yes?: boolean;
}

export function addRevokeCommand(keys: Command, context: () => Context): void {
  keys
    .command('revoke')
    .argument('<key>', 'id of the key, as "tenure keys show" lists it')
    .description('void what a stolen key signed, replace the key, assert anew what became void')
    .option('--from <position>', 'where the compromise began (default: all it signed)', position)
    .requiredOption('--root <file>', 'the root key')
    .option('--yes', 'do it')
    .addHelpText('after', HELP)
    .action((key: string, options: RevokeOptions) => revoke(key, options, context()));
}

function position(text: string): number {
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Must be a position: 0 or more.');
}

async function revoke(keyId: string, options: RevokeOptions, context: Context): Promise<void> {
  const reassertion = composeReassertion(context.config().database.url.reveal());
  try {
    await withKeySets(context, async (publishing) => {
      const root = openRoot(options.root);
      const plan = await planRevocation(publishing, keyId, options.from);
      const voided = voidFactsOf(plan);
      const touched = voided && (await touchedBy(reassertion.store, voided));
      const counts = { facts: touched?.facts ?? 0, tenants: touched?.tenants.size ?? 0 };
      if (options.yes !== true) {
        print(context, plan, counts);
        throw new CliError(EXIT.refused, 'Nothing was done.', 'Add --yes to do it.');
      }
      await withNewKey(context.config(), (makeKey) => revokeKey(publishing, plan, root, makeKey));
      const { set } = await readKeys(publishing);
      const log = { log: set.log };
      const done = voided && (await reassertVoid(reassertion, log, voided));
      print(context, plan, {
        facts: done?.facts ?? 0,
        tenants: done?.tenants.size ?? 0,
        asserted: done?.written ?? 0,
        keySet: set.version,
      });
    });
  } finally {
    await reassertion.close();
  }
}

function voidFactsOf({ role, keyId, from }: CompromisedKey): VoidFacts | undefined {
  return role === 'fact' && from !== null ? { keyId, from } : undefined;
}

interface Counts {
  readonly facts: number;
  readonly tenants: number;
  /** When it is done. */
  readonly asserted?: number;
  readonly keySet?: number;
}

function print(context: Context, plan: CompromisedKey, counts: Counts): void {
  const { role, keyId, from } = plan;
  const { facts, tenants, asserted, keySet } = counts;
  const fields: [string, string][] = [['key', `${keyId} (${role})`]];
  if (from !== null) fields.push(['void', `from ${from} on`]);
  if (role === 'fact') fields.push(['void facts', `${facts}, of ${tenants} tenants`]);
  if (keySet !== undefined) fields.push(['key set', String(keySet)]);
  if (role === 'fact' && asserted !== undefined) fields.push(['asserted anew', String(asserted)]);
  context.print({ role, keyId, from, ...counts }, () => formatFields(fields));
}
