import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, SHORT, workflowIdOf, type World } from '../support/saga-world.ts';
import { sagaBundle, type Mutation } from '../support/sagas/bundle.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { salesIn } from '../support/sales.ts';

const WITHIN_MS = 120_000;
/** It is reminded of long before its end, also where the machine stops for some seconds. */
const UNHURRIED = { ...SHORT.waitMs, trial: 8_000, 'trial-reminder': 4_000 };
const LONG = { ...SHORT.waitMs, trial: 3_600_000 };
const WORKFLOW = 'workflows/run-trial/workflow.ts';
const END = "await call('endTrial', ref, at.end);";
const MAIL = "await call('remindOfTrial', ref, at.end, 9);";

/** A later version of the saga: one mail more before the end, behind a patch. */
const LATER: readonly Mutation[] = [
  {
    file: WORKFLOW,
    text: 'import { allHandlersFinished, condition } from',
    by: 'import { allHandlersFinished, condition, patched } from',
  },
  { file: WORKFLOW, text: END, by: `if (patched('last-mail')) ${MAIL} ${END}` },
];
/** The same, as one would write it who forgot that trials run. */
const UNPATCHED: Mutation = { file: WORKFLOW, text: END, by: `${MAIL} ${END}` };

const notifier = createMemoryNotifier();
const outside = { ...memoryOutside(), notifier };
let old: World;
let later: World;
let sales: ReturnType<typeof salesIn>;
beforeAll(async () => {
  old = await createWorld({ outside, start: false });
  const { temporal, database } = old;
  if (temporal === undefined) throw new Error('the old world has its own Temporal');
  later = await createWorld({
    ...{ outside, temporal, databaseUrl: database.databaseUrl, start: false },
    bundle: await sagaBundle(LATER),
  });
  sales = salesIn(old);
}, WITHIN_MS);
afterAll(async () => {
  await later.close();
  await old.close();
});

const replayOn = async (bundle: World['bundle'], trial: Operation) => {
  const history = await old.handle(trial).fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: bundle }, history, workflowIdOf(trial));
};
const stateOf = async ({ tenant }: Operation) => (await old.api.tenants.findTenant(tenant))?.state;
const mailsTo = ({ tenant }: Operation) => notifier.sent.filter((mail) => mail.tenant === tenant);

test(
  'trials that began under the old worker go on under the new one, side by side and alone',
  async () => {
    const facts = old.startFacts();
    const first = old.startWorker();
    const before = await sales.trial({ waitMs: UNHURRIED });
    await old.ended(before);
    const sold = await sales.trial({ waitMs: LONG });
    const left = await sales.trial({ waitMs: LONG });
    await Promise.all([sold, left].map((trial) => old.reached(trial, ['waiting'])));

    const second = later.startWorker();
    await sales.extend(left, Date.now() + LONG.trial + 1_000);
    await first.close();
    await sales.convert(sold, 'enterprise');
    await old.ended(sold);
    const begun = await sales.trial({ waitMs: UNHURRIED });
    await old.ended(begun);
    await Promise.all([before, begun].map((trial) => sales.frozen(trial)));
    await second.close();
    await facts.close();

    expect([await stateOf(before), await stateOf(sold)]).toEqual(['frozen', 'active']);
    expect([mailsTo(before).length, mailsTo(begun).length]).toEqual([1, 2]);
    for (const trial of [before, sold, left, begun]) await replayOn(later.bundle, trial);
    await expectCleanSlate(old, { tenants: [before, sold, begun].map(({ tenant }) => tenant) });
    // Without the patch the one that ended before the upgrade would not replay.
    await expect(replayOn(await sagaBundle(UNPATCHED), before)).rejects.toThrow(/nondeterminism/i);
  },
  WITHIN_MS,
);
