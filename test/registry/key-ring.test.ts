import { expect, test } from '@jest/globals';
import { KeyRing } from '../../registry/key-ring.ts';
import { FakeLogStore } from './fake-log-store.ts';
import { fact, LOG, publishTo } from './kept-log.ts';

test('a process without the key says which file it lacks', async () => {
  const store = new FakeLogStore();
  await publishTo(store);
  const poor = new KeyRing(LOG, () => [fact], store);
  await expect(poor.timeSigner(1)).rejects.toThrow('lacks the time key');
  await expect(poor.factSigner(0, 0)).rejects.toThrow('tenure keys init');
  expect((await poor.factSigner(1, 0)).keyId).toBe(fact.keyId);
  await expect(poor.setOf(7)).rejects.toThrow('key set 7 is missing');
  const misled = new KeyRing('tenure.example/other', () => [fact], store);
  await expect(misled.setOf(1)).rejects.toThrow('set FACT_LOG_ORIGIN');
});
