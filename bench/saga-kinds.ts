import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { OPERATION_KINDS } from '../domain/operation.ts';
import type { OperationKind, StepProgress } from '../domain/operation.ts';
import type { Operation } from '../ports/registry-store.ts';
import { STORIES } from '../test/proof/stories.ts';
import type { Stage, Story } from '../test/proof/story.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { atOnce, perSecond } from './batch.ts';
import type { Batch } from './batch.ts';
import { together } from './ending.ts';
import { quantile, ratioRow, shareRow } from './row.ts';
import type { Row } from './row.ts';
import { ActiveTenants, assureAccepted, liveToEnd, rowsOf, stageOf } from './saga-living.ts';
import { withSagaWorld } from './saga-world.ts';
import type { SagaWorld } from './saga-world.ts';

const AT_ONCE = 200;
/** Whoever answers a saga tells it again and again until it has ended. */
const ANSWERS_AT_ONCE = 10;
const LOOK_EVERY_MS = 50;
/** Starts none of them before they are measured. */
const WORKER = fileURLToPath(new URL('worker-main.ts', import.meta.url));
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
 * No other hand bends what it meets.
 */
export function benchKinds(progress: Progress): Promise<Row[]> {
  const work = (world: SagaWorld) => benchEach(world, new ActiveTenants(world));
  return withSagaWorld(progress, work, WORKER);
}

async function benchEach(world: SagaWorld, tenants: ActiveTenants): Promise<Row[]> {
  const { progress } = world;
  const rows: Row[] = [];
  // Not counted: connections are opened, code is compiled.
  tenants.give(await tenants.take(AT_ONCE));
  await atOnce(Array<number>(AT_ONCE).fill(1), world.bare);
  for (const kind of inOrder()) {
    const parts = await prepare(world, tenants, kind);
    const { batch, activities } = await progress(`${parts.length} x ${kind}`, () =>
      run(world, kind, parts),
    );
    // Whatever else a story leaves behind may be in the way of another.
    if (kind === 'provisionTenant') tenants.give(parts.map(({ operation }) => operation));
    const bare = await progress('As many activities', () => atOnce(activities, world.bare));
    rows.push(...toRows(kind, batch, bare));
  }
  return rows;
}

/** What the platform's sagas begin goes on after them: they come last. */
export function inOrder(): readonly OperationKind[] {
  return OPERATION_KINDS.toSorted((a, b) => Number(isPlatforms(a)) - Number(isPlatforms(b)));
}

/** One at a time, and what it has to look at grows with all that is there. */
function isPlatforms(kind: OperationKind): boolean {
  return STORIES[kind].some(({ leaves }) => leaves.done === undefined);
}

/** How many end in a second binds where nobody must answer: people take their time. */
export function toRows(kind: OperationKind, saga: Batch, bare: Batch): Row[] {
  const answered = STORIES[kind].some(({ meanwhile }) => meanwhile !== undefined);
  const [p50Bound, rateBound] = isPlatforms(kind) ? [null, null] : [P50_BOUND, RATE_BOUND];
  const name = `${kind}, ${saga.tookMs.length} at once`;
  const p50 = ({ tookMs }: Batch) => quantile(tookMs, 0.5);
  return [
    ratioRow(`${name}, p50`, 'ms', p50(saga), p50(bare), p50Bound),
    shareRow(name, perSecond(saga), perSecond(bare), answered ? null : rateBound),
  ];
}

/** Those of a kind take turns. */
function storyOf(kind: OperationKind, at: number): Story {
  const stories = STORIES[kind];
  return stories[at % stories.length] ?? stories[0];
}

async function prepare(
  world: SagaWorld,
  tenants: ActiveTenants,
  kind: OperationKind,
): Promise<Part[]> {
  const length = isPlatforms(kind) ? 1 : AT_ONCE;
  const stories = Array.from({ length }, (_none, at) => storyOf(kind, at));
  const needed = stories.filter(({ makesTenant }) => makesTenant !== true).length;
  const free = [...(await tenants.take(needed))];
  const staged = stories.map((story) => {
    const made = story.makesTenant === true ? undefined : free.pop();
    return { story, stage: stageOf(world, made) };
  });
  const asked = await together(
    staged.map(async (each) => ({ ...each, request: await each.story.prepare(each.stage) })),
  );
  return together(
    asked.map(async ({ request, ...each }) => ({
      ...each,
      operation: await assureAccepted(request),
    })),
  );
}

/** `activities`: of each saga those of its steps that were done. */
async function run(world: SagaWorld, kind: OperationKind, parts: readonly Part[]) {
  const running = atOnce(parts, ({ operation }) => liveToEnd(world, operation));
  const [{ tookMs, allMs }] = await Promise.all([running, answerAll(world, parts)]);
  const steps = await Promise.all(parts.map(({ operation }) => stepsOf(world, operation)));
  const own = tookMs.map((ms, at) => ms - waitedMs(kind, steps[at] ?? []));
  const activities = steps.map((each) => each.filter(({ state }) => state === 'done').length);
  return { batch: { tookMs: own, allMs }, activities };
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

async function stepsOf({ api }: SagaWorld, { id }: Operation): Promise<readonly StepProgress[]> {
  const { steps = [] } = (await api.operations.findOperation(id)) ?? {};
  return steps;
}

/** For people or a date, in the rows that do. */
export function waitedMs(kind: OperationKind, steps: readonly StepProgress[]): number {
  const waits = new Set(rowsOf(kind).flatMap((row) => (row.waits ? [row.name] : [])));
  return steps
    .filter(({ name }) => waits.has(name))
    .reduce(
      (sum, { startedAtMs = 0, endedAtMs = startedAtMs }) => sum + endedAtMs - startedAtMs,
      0,
    );
}
