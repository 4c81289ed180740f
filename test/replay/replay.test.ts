import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { createSealedPayloads } from '../../adapters/temporal/sealed-payloads.ts';
import { sagaBundle } from '../support/sagas/bundle.ts';
import { aKeyRing } from '../support/sagas/saga-key-ring.ts';
import { ENDINGS } from './endings.ts';
import { recordedHistories, type RecordedHistory } from './histories.ts';

const BUNDLE_WITHIN_MS = 120_000;
jest.setTimeout(BUNDLE_WITHIN_MS);

const recorded = recordedHistories();

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

/** Nothing in them is sealed: a saga may live through the switch. */
const { dataConverter: sealing } = createSealedPayloads(aKeyRing(), true);

function replay(
  workflowBundle: WorkflowBundleWithSourceMap,
  { ending, history }: RecordedHistory,
  dataConverter?: DataConverter,
) {
  const options = { workflowBundle, ...(dataConverter && { dataConverter }) };
  return Worker.runReplayHistory(options, history, ending);
}

describe.each([
  ['plain', undefined],
  ['sealed from now on', sealing],
])('a saga that was begun by an earlier version goes on under this one, %s', (_name, converter) => {
  test.each(recorded)('$version: $ending', async (history) => {
    await replay(await sagaBundle(undefined, converter), history, converter);
  });
});

test('every ending of this version is recorded', () => {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const names = recorded.filter((each) => each.version === version).map(({ ending }) => ending);
  expect(names.toSorted()).toEqual(Object.keys(ENDINGS).toSorted());
});

test.each(['provision-silo', 'provision-unwound'])(
  'a saga that changed its mind does not replay: %s',
  async (name) => {
    const bundle = await sagaBundle({
      file: 'workflows/provision-tenant/workflow.ts',
      text: "call('route', ref)",
      by: "call('dns', ref)",
    });
    const history = recorded.find(({ ending }) => ending === name);
    expect(history).toBeDefined();
    await expect(replay(bundle, history as RecordedHistory)).rejects.toThrow(/nondeterminism/i);
  },
);

test('no history tells where it was recorded, or who asked', () => {
  const text = JSON.stringify(recorded);
  const payloads = [...text.matchAll(/"data":"([^"]*)"/g)].map(([, data = '']) =>
    Buffer.from(data, 'base64').toString(),
  );
  const words = [text, ...payloads].join('\n');
  expect(words).not.toMatch(/file:\/\/|\/(home|root|work|tmp|Users)\//);
  expect(words).not.toMatch(/ann@/);
});
