import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { LINKS, startLinkedStack } from '../support/faults/linked-stack.ts';
import type { LinkedStack, LinkName } from '../support/faults/linked-stack.ts';
import { expectPlaneEqual, reached, requestTenant, sagaOf } from '../support/faults/provisioned.ts';
import type { Saga } from '../support/faults/provisioned.ts';
import { wrongRefusals } from '../support/faults/refusals.ts';
import { CUT, heal, RESET, SLOW, suffer, SUFFERINGS } from '../support/faults/sufferings.ts';
import type { Suffering } from '../support/faults/sufferings.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { todays } from '../support/todays.ts';

const sufferings = todays(SUFFERINGS);
const SETUP_WITHIN_MS = 400_000;
/** A saga takes a third of a second: each suffering outlasts its steps. */
const SUFFERS_MS = 600;
const BRIEF_MS = 250;

/*
 * The whole embedded stack and a data plane, each link behind a proxy of its own (invariants I1 to
 * I5). Whatever a link suffers while a tenant is provisioned: the tenant becomes active with its
 * four objects, each fact is there once, and the plane has them and decides by them.
 */
let stack: LinkedStack;
const sagas = new Map<string, Promise<Saga>>();
const keyOf = (link: LinkName, { name }: Suffering) => `${link} ${name}`;

beforeAll(async () => {
  stack = await startLinkedStack();
  // One suffering after the other, without waiting for ends: a worker that Temporal believes to
  // be alive holds its task for the attempt's whole time.
  for (const link of LINKS) {
    for (const suffering of sufferings) {
      const accepting = () => requestTenant(stack);
      const saga = await suffer([stack.links[link]], suffering, SUFFERS_MS, accepting);
      const ended = reached(stack, saga, 'done', 'unwound');
      ended.catch(() => undefined); // its test tells
      sagas.set(keyOf(link, suffering), ended);
    }
  }
}, SETUP_WITHIN_MS);
afterAll(() => stack.stop(), SETUP_WITHIN_MS);

const linksTo = (server: string) =>
  LINKS.filter((link) => link.endsWith(`->${server}`)).map((link) => stack.links[link]);

async function expectActive({ state, tenant }: Saga): Promise<void> {
  expect(state).toBe('done'); // transient failures never take a sign-up back
  await expectCleanSlate(stack.slate(), { tenants: [tenant] });
  await expectPlaneEqual(stack, tenant);
}

describe.each(LINKS)('a tenant is provisioned and the plane is equal although %s is', (link) => {
  test.each(sufferings)('$name', async (suffering) => {
    const saga = await sagas.get(keyOf(link, suffering));
    await expectActive(saga as Saga);
  });
});

describe('one saga ends active although its links', () => {
  test('are slow, all at once and to the end', async () => {
    const links = Object.values(stack.links);
    await Promise.all(links.map(SLOW.hurt));
    try {
      const saga = await requestTenant(stack);
      await expectActive(await reached(stack, saga, 'done', 'unwound'));
    } finally {
      await Promise.all(links.map(heal));
    }
  });

  test('to Postgres, Temporal and NATS are cut and reset in turn', async () => {
    const accepted = requestTenant(stack);
    for (const server of ['postgres', 'temporal', 'nats']) {
      const links = linksTo(server);
      for (const suffering of [RESET, CUT])
        await suffer(links, suffering, BRIEF_MS, () => accepted);
    }
    await expectActive(await reached(stack, await accepted, 'done', 'unwound'));
  });
});

test('without Temporal at their start the API takes requests, and they go on once it is there', async () => {
  const links = linksTo('temporal');
  await Promise.all(links.map(CUT.hurt));
  await Promise.all([stack.worker.kill('SIGKILL'), stack.sequencer.kill('SIGKILL')]);
  await stack.api.restart();
  const saga = await requestTenant(stack);
  expect((await sagaOf(stack, saga)).state).toBe('accepted');
  const starting = Promise.all([stack.worker.restart(), stack.sequencer.restart()]);
  await eventually(
    async () => expect((await fetch(`${stack.worker.url}/readyz`)).status).toBe(503),
    { withinMs: 60_000, what: 'the worker runs, and says that it is not ready' },
  );
  await Promise.all(links.map(heal));
  await starting;
  await expectActive(await reached(stack, saga, 'done', 'unwound'));
});

test('after all of it, outside, registry and plane agree both ways', async () => {
  await Promise.allSettled(sagas.values());
  expect(sagas.size).toBe(LINKS.length * sufferings.length);
  await expectCleanSlate(stack.slate());
  expect(wrongRefusals(stack.plane.refused)).toEqual([]);
});
