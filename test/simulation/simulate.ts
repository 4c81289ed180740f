import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { scheduleFaults } from './faults.ts';
import { findTrouble, findUncovered } from './invariants.ts';
import { TENANTS } from './tenants.ts';
import { scheduleKeys } from './virtual-keys.ts';
import { inVirtualTime } from './virtual-time.ts';
import { World } from './world.ts';
import type { WorldOptions } from './world.ts';

/** Faults begin and end within it. */
const FAULTY_MS = 4_500;
/** What a last lost call costs: its timeout, and the sequencer's pause before it tries again. */
const SETTLE_MS = 1_000;
/** A shard is read anew every 10 s at most, and may have to be twice. */
const HEAL_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/**
 * In a healed world live delivery alone is faster: no heartbeat that counts the facts, and no HTTP,
 * has come yet. A leader that finds a checkpoint of another one has to lead anew first: a turn of
 * its duties, its pause, and the next question for the lock.
 */
const DELIVERY_MS = 1_500;
/** The next heartbeat comes within 2 s and half a second of the duty's loop. */
const COVERED_MS = 2_700;

const COMMITTERS = [PLATFORM_TENANT, ...TENANTS];

/** Runs one world to its end. The answer: what was wrong; undefined when nothing was. */
export async function simulate(options: WorldOptions): Promise<string | undefined> {
  const world = new World(options);
  return inVirtualTime(world.scheduler, () => runWorld(world));
}

async function runWorld(world: World): Promise<string | undefined> {
  scheduleCommits(world);
  scheduleFaults(world, FAULTY_MS);
  scheduleKeys(world, FAULTY_MS);
  const { scheduler } = world;
  const isOver = () => world.violation !== undefined;
  await scheduler.runUntil(FAULTY_MS + 1, isOver);
  world.isFaulty = false;
  world.trace('all faults are over');
  await scheduler.runUntil(FAULTY_MS + SETTLE_MS, isOver);
  let trouble = isOver() ? world.violation : findUnrest(world);
  while (trouble !== undefined && !isOver() && scheduler.nowMs < FAULTY_MS + HEAL_WITHIN_MS) {
    await scheduler.runUntil(scheduler.nowMs + LOOK_EVERY_MS, isOver);
    trouble = findUnrest(world);
  }
  if (isOver()) return world.violation;
  if (trouble !== undefined) return `not healed after ${HEAL_WITHIN_MS} ms: ${trouble}`;
  return (await probe(world)) ?? world.violation;
}

/** Equal by chance is not healed: somebody leads, too. */
function findUnrest(world: World): string | undefined {
  const { leader } = world.lock;
  if (leader === undefined || leader.isDead) return 'nobody leads';
  return findTrouble(world);
}

/** The healed world delivers what is committed now, at once. */
async function probe(world: World): Promise<string | undefined> {
  world.trace('healed');
  for (const tenant of COMMITTERS) void world.committer.commit(tenant);
  const { scheduler } = world;
  await scheduler.runUntil(scheduler.nowMs + DELIVERY_MS, () => world.violation !== undefined);
  const trouble = findTrouble(world);
  if (trouble !== undefined) return `not delivered within ${DELIVERY_MS} ms: ${trouble}`;
  const untilMs = scheduler.nowMs + COVERED_MS;
  let uncovered = findUncovered(world);
  while (uncovered !== undefined && scheduler.nowMs < untilMs) {
    await scheduler.runUntil(scheduler.nowMs + DELIVERY_MS, () => world.violation !== undefined);
    uncovered = findUncovered(world);
  }
  return uncovered === undefined ? undefined : `not covered within ${COVERED_MS} ms: ${uncovered}`;
}

function scheduleCommits(world: World): void {
  const { dice, scheduler, committer } = world;
  for (const tenant of COMMITTERS) scheduler.after(0, () => void committer.commit(tenant));
  for (let count = dice.between(4, 14); count > 0; count -= 1) {
    const tenant = dice.pick(COMMITTERS);
    const atMs = dice.between(0, FAULTY_MS - 100);
    // Two at once: who holds the head lock?
    const copies = dice.chance(0.3) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1)
      scheduler.after(atMs, () => void committer.commit(tenant));
  }
}
