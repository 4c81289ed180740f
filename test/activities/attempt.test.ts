import { expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { attempt } from '../../activities/attempt.ts';
import { StoreError, type StoreErrorCode } from '../../ports/registry-store.ts';

/** Whether a saga gives a step up that the store refuses so. */
const GIVES_UP: Record<StoreErrorCode, boolean> = {
  'store-unavailable': false,
  'store-unknown': false,
  'store-full': false,
  'tenant-busy': false,
  'undo-refused': true,
  'operation-barred': true,
};

test.each(Object.entries(GIVES_UP))('%s ends a step for good: %s', async (code, nonRetryable) => {
  const refuse = () => Promise.reject(new StoreError(code as StoreErrorCode, 'No.'));
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const running = environment.run(() => attempt(() => {}, refuse));
  await expect(running).rejects.toMatchObject({ type: code, nonRetryable });
});
