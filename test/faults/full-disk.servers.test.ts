import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problemType } from '../../api/problem-codes.ts';
import { eventually } from '../support/eventually.ts';
import { startLinkedStack, type LinkedStack } from '../support/faults/linked-stack.ts';
import {
  aSlug,
  expectPlaneEqual,
  postTenant,
  reached,
  requestTenant,
  sagaOf,
} from '../support/faults/provisioned.ts';
import type { Saga } from '../support/faults/provisioned.ts';
import { mountSmallDisk, type SmallDisk } from '../support/faults/small-disk.ts';
import { CUT, heal } from '../support/faults/sufferings.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';

const SETUP_WITHIN_MS = 400_000;
/** A cluster takes about 80 MiB, its log 16 MiB at a time. */
const DISK_MIB = 192;
const FULL_WITHIN_MS = 60_000;
/** So many commits need more pages than are there. */
const SAGAS = 10;

describe('with no space left under Postgres', () => {
  let disk: SmallDisk;
  let stack: LinkedStack;
  beforeAll(async () => {
    disk = await mountSmallDisk(DISK_MIB);
    stack = await startLinkedStack({ postgresDir: join(disk.path, 'postgres') });
  }, SETUP_WITHIN_MS);
  afterAll(async () => {
    await stack?.stop();
    disk?.unmount();
  }, SETUP_WITHIN_MS);

  /** Accepted, and their commits still to come. */
  const acceptSome = async () => {
    await CUT.hurt(stack.links['worker->postgres']);
    return Promise.all(Array.from({ length: SAGAS }, () => requestTenant(stack)));
  };

  const refusedForWantOfSpace = async () => {
    disk.fill();
    const slug = aSlug();
    const answer = await postTenant(stack, slug);
    const problem = (await answer.json()) as { type: string };
    expect(problem).toMatchObject({ status: 503, type: problemType('store-full') });
    expect(answer.status).toBe(503);
    return slug;
  };

  const someCommitWaits = async (sagas: readonly Saga[]) => {
    const now = await Promise.all(sagas.map((saga) => sagaOf(stack, saga)));
    const waiting = now.filter(({ step, attempts }) => step === 'activate' && (attempts ?? 0) > 1);
    expect(waiting.length).toBeGreaterThan(0);
  };

  test('requests are refused as such, commits wait, and all goes on once there is room', async () => {
    const sagas = await acceptSome();
    const slug = await eventually(refusedForWantOfSpace, { withinMs: FULL_WITHIN_MS });
    await heal(stack.links['worker->postgres']);
    await eventually(() => someCommitWaits(sagas), {
      ...{ withinMs: FULL_WITHIN_MS, what: 'a commit waits for room' },
    });

    disk.free();
    // What was refused left nothing behind: the same request is taken as a new one.
    sagas.push(await requestTenant(stack, slug));
    for (const saga of sagas) {
      expect((await reached(stack, saga, 'done', 'unwound')).state).toBe('done');
    }
    await expectCleanSlate(stack.slate());
    await expectPlaneEqual(stack, (sagas.at(-1) as Saga).tenant);
  });
});
