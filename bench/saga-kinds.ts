import { setTimeout as sleep } from 'node:timers/promises';
import { OPERATION_KINDS } from '../domain/operation.ts';
import type { OperationKind } from '../domain/operation.ts';
import type { Operation } from '../ports/registry-store.ts';
import { STORIES } from '../test/proof/stories.ts';
import type { Stage, Story } from '../test/proof/stories.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { atOnce, perSecond } from './batch.ts';
import type { Batch } from './batch.ts';
import { quantile, ratioRow, shareRow } from './row.ts';
import type { Row } from './row.ts';
import { ActiveTenants, assureAccepted, liveToEnd, rowsOf, stageOf } from './saga-living.ts';
import { withSagaWorld } from './saga-world.ts';
import type { SagaWorld } from './saga-world.ts';

const AT_ONCE = 200;
/** Whoever answers a saga tells it again and again until it has ended. */
const ANSWERS_AT_ONCE = 10;
const LOOK_EVERY_MS = 50;
/** Of what the bare workflows take: each step commits, or speaks to a system outside. */
const P50_BOUND = 3;
/** Of as many as they are in a second. */
const RATE_BOUND = 0.3;

/** A saga of the kind and its story, in a place of its own. */
interface Part {
  readonly story: Story;
  readonly stage: Stage;
  readonly operation: Operation;
}

/**
 * Each saga as the product runs it, beside as many bare workflows of as many activities that do
 * nothing. How it is begun and answered is the proof's story: a kind without one does not compile.
 */
export function benchKinds(progress: Progress): Promise<Row[]> {
  return withSagaWorld(progress, async (world) => benchEach(world, new ActiveTenants(world)));
}

async function benchEach(world: SagaWorld, tenants: ActiveTenants): Promise<Row[]> {
  const { progress } = world;
  const rows: Row[] = [];
  // Not counted: connections are opened, code is compiled.
  tenants.give(await tenants.take(AT_ONCE));
  await runBare(world, 'provisionTenant');
  for (const kind of OPERATION_KINDS) {
    const bare = await progress(`As many activities as ${kind} has`, () => runBare(world, kind));
    const parts = await prepare(world, tenants, kind);
    const batch = await progress(`${AT_ONCE} x ${kind}`, () => run(world, kind, parts));
    giveBack(tenants, parts);
    rows.push(...toRows(kind, batch, bare));
  }
  return rows;
}

/** How many end in a second binds where nobody must answer: people take their time. */
export function toRows(kind: OperationKind, saga: Batch, bare: Batch): Row[] {
  const answered = STORIES[kind].some(({ meanwhile }) => meanwhile !== undefined);
  const name = `${kind}, ${AT_ONCE} at once`;
  const p50 = ({ tookMs }: Batch) => quantile(tookMs, 0.5);
  return [
    ratioRow(`${name}, p50`, 'ms', p50(saga), p50(bare), P50_BOUND),
    shareRow(name, perSecond(saga), perSecond(bare), answered ? null : RATE_BOUND),
  ];
}

/** As many activities as its saga has rows, in the story that it lives through. */
export function activitiesOf(kind: OperationKind, { skips = [] }: Story): number {
  return rowsOf(kind).length - skips.length;
}

/** Those of a kind take turns. */
function storyOf(kind: OperationKind, at: number): Story {
  const stories = STORIES[kind];
  return stories[at % stories.length] ?? stories[0];
}

async function runBare({ bare }: SagaWorld, kind: OperationKind): Promise<Batch> {
  return atOnce(
    Array.from({ length: AT_ONCE }, (_none, at) => activitiesOf(kind, storyOf(kind, at))),
    bare,
  );
}

async function prepare(
  world: SagaWorld,
  tenants: ActiveTenants,
  kind: OperationKind,
): Promise<Part[]> {
  const stories = Array.from({ length: AT_ONCE }, (_none, at) => storyOf(kind, at));
  const needed = stories.filter(({ makesTenant }) => makesTenant !== true).length;
  const free = [...(await tenants.take(needed))];
  const staged = stories.map((story) => {
    const made = story.makesTenant === true ? undefined : free.pop();
    return { story, stage: stageOf(world, made) };
  });
  const asked = await Promise.all(
    staged.map(async (each) => ({ ...each, request: await each.story.prepare(each.stage) })),
  );
  return Promise.all(
    asked.map(async ({ request, ...each }) => ({
      ...each,
      operation: await assureAccepted(request),
    })),
  );
}

async function run(world: SagaWorld, kind: OperationKind, parts: readonly Part[]): Promise<Batch> {
  const running = atOnce(parts, ({ operation }) => liveToEnd(world, operation));
  const answering = answerAll(world, parts);
  const [{ tookMs, allMs }] = await Promise.all([running, answering]);
  const waited = await Promise.all(parts.map(({ operation }) => waitedMs(world, kind, operation)));
  return { tookMs: tookMs.map((ms, at) => ms - (waited[at] ?? 0)), allMs };
}

/** When all of them wait: an answer that came before would be part of nobody's wait. */
async function answerAll(world: SagaWorld, parts: readonly Part[]): Promise<void> {
  const waiting = parts.filter(({ story }) => story.meanwhile !== undefined);
  if (waiting.length === 0) return;
  const ids = waiting.map(({ operation }) => operation.id);
  while ((await countBusy(world, ids)) > 0) await sleep(LOOK_EVERY_MS);
  const queue = waiting.values();
  const answerOneByOne = async () => {
    for (const { story, stage, operation } of queue) await story.meanwhile?.(stage, operation);
  };
  await Promise.all(Array.from({ length: ANSWERS_AT_ONCE }, answerOneByOne));
}

/** Those that neither wait nor have ended. */
async function countBusy({ database }: SagaWorld, operations: readonly string[]): Promise<number> {
  const { rowCount } = await database.query(
    `select 1 from operations
     where id = any($1) and state not in ('waiting', 'done', 'unwound')`,
    [operations],
  );
  return rowCount ?? 0;
}

/** For people or a date, in the rows that do. */
async function waitedMs(
  { api }: SagaWorld,
  kind: OperationKind,
  { id }: Operation,
): Promise<number> {
  const waits = new Set(rowsOf(kind).flatMap(({ name, waits }) => (waits ? [name] : [])));
  if (waits.size === 0) return 0;
  const { steps = [] } = (await api.operations.findOperation(id)) ?? {};
  return steps
    .filter(({ name }) => waits.has(name))
    .reduce(
      (sum, { startedAtMs = 0, endedAtMs = startedAtMs }) => sum + endedAtMs - startedAtMs,
      0,
    );
}

/** For the next kind, where the story leaves them active. */
function giveBack(tenants: ActiveTenants, parts: readonly Part[]): void {
  const active = parts.filter(({ story }) => story.leaves.done === 'active');
  tenants.give(
    active.map(({ story, stage, operation }) =>
      story.makesTenant === true ? operation : stage.made,
    ),
  );
}
