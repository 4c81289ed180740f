import { shardOf } from '../facts/crypto/shard.ts';
import type { Plane } from '../sdk/typescript/plane.ts';
import type { AppliedFact } from '../sdk/typescript/types.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { assureUuid, parseShard } from './fact-options.ts';
import { factJson, formatFact } from './fact-text.ts';
import { keyChainOf } from './fact-history.ts';
import { withPlane } from './open-plane.ts';
import { trustOf } from './trust.ts';

export interface TailOptions {
  readonly root?: string;
  readonly shard?: string;
  readonly tenant?: string;
  readonly nats?: string;
  readonly history?: boolean;
}

/** Nothing is printed before it has caught up, which should not look like silence. */
const PATIENCE_MS = 10_000;

/** What is followed, and what of it is shown: the platform's shard is always followed. */
interface Wanted {
  readonly shards: readonly number[] | undefined;
  shows(applied: AppliedFact): boolean;
}

/** `tenure facts tail`: a data plane that lives as long as the command. */
export async function tail(options: TailOptions, context: Context): Promise<void> {
  const wanted = wantedBy(options);
  const { root, nats } = options;
  // A plane waits for ever; that nobody answers, or that the root is another's, is told at once.
  await keyChainOf(options, context);
  const stopped = context.io.interrupted?.() ?? new Promise<void>(() => undefined);
  const trust = trustOf(root, context);
  const needs = { trust, nats, shards: wanted.shards, snapshots: options.history !== true };
  await withPlane(needs, context, async (plane) => {
    print(plane, wanted, options.history === true, context);
    const waited = setTimeout(() => tellProgress(plane, context), PATIENCE_MS);
    await stopped;
    clearTimeout(waited);
  });
}

function wantedBy({ shard, tenant }: TailOptions): Wanted {
  if (shard !== undefined && tenant !== undefined)
    throw new CliError(EXIT.usage, 'Give --shard or --tenant, not both.');
  if (tenant !== undefined) {
    const shards = [shardOf(assureUuid(tenant, 'A tenant'))];
    return { shards, shows: ({ fact }) => fact.tenant === tenant };
  }
  if (shard === undefined) return { shards: undefined, shows: () => true };
  const only = parseShard(shard);
  return { shards: [only], shows: (applied) => applied.shard === only };
}

function print(plane: Plane, wanted: Wanted, history: boolean, { io, json }: Context): void {
  let shows = history;
  plane.on('applied', (applied) => {
    if (!shows || !wanted.shows(applied)) return;
    io.out(json ? `${JSON.stringify(factJson(applied))}\n` : `${formatFact(applied)}\n`);
  });
  plane.on('refused', ({ origin, message }) => io.err(`refused (${origin}): ${message}\n`));
  plane.on('freshness', ({ kind, to }) => {
    if (kind === 'membership') io.err(`the facts are ${to}\n`);
  });
  void plane.ready().then(() => {
    io.err(`caught up: ${verifiedBy(plane)} facts verified\n`);
    shows = true;
  });
}

function tellProgress(plane: Plane, { io }: Context): void {
  if (plane.freshness() !== 'fresh')
    io.err(
      `not caught up yet: ${verifiedBy(plane)} facts verified, and no heartbeat that counts just these\n`,
    );
}

/** Those of a snapshot among them. */
function verifiedBy(plane: Plane): number {
  return Object.values(plane.stats().heads).reduce((sum, { position }) => sum + position, 0);
}
