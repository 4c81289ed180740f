import { expect, test } from '@jest/globals';
import { outlasting } from '../../../adapters/temporal/outlasting.ts';
import { StoreError } from '../../../ports/registry-store.ts';
import { SagaKeyError } from '../../../ports/saga-keys.ts';

const away = new StoreError('store-unavailable', 'The registry database does not answer.');

/** Fails with each of these, and then answers. */
function failing(...errors: readonly Error[]) {
  const left = [...errors];
  const ask = async () => {
    const error = left.shift();
    if (error !== undefined) throw error;
    return 'answer';
  };
  return { ask, left };
}

test('a store that is away for a moment is asked again', async () => {
  const { ask, left } = failing(away, away);
  expect(await outlasting(ask)).toBe('answer');
  expect(left).toEqual([]);
});

test('one that stays away is not waited for for ever', async () => {
  const { ask, left } = failing(away, away, away);
  await expect(outlasting(ask, 0)).rejects.toBe(away);
  expect(left).toHaveLength(2);
});

test('a key that was destroyed is not asked for again', async () => {
  const gone = new SagaKeyError('saga-key-destroyed', 'It is destroyed.');
  const { ask, left } = failing(gone, gone);
  await expect(outlasting(ask)).rejects.toBe(gone);
  expect(left).toHaveLength(1);
});
