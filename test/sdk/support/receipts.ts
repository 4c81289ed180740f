import { createSigner } from '../../../facts/crypto/sign.ts';
import { formatReceipt, planeKeyName } from '../../../facts/log/receipt.ts';
import type { Receipt } from '../../../facts/log/receipt.ts';
import { LOG } from './fact-writer.ts';
import { signAs } from './log-writer.ts';

/* Receipts as a plane makes them; a test overrides only what it is about. */

export const PLANE_NAME = 'billing-eu';
export const PLANE_KEY = createSigner(new Uint8Array(32).fill(31));

export const aReceipt = (overrides: Partial<Receipt> = {}): Receipt => ({
  log: LOG,
  name: PLANE_NAME,
  at: '2026-11-21T01:34:34.000Z',
  epoch: 1,
  size: 8,
  shards: [5],
  ...overrides,
});

/** By the key, and under the name, of the plane that the tests know. */
export const receiptNote = (receipt: Receipt, key = PLANE_KEY): string =>
  signAs(planeKeyName(LOG, PLANE_NAME), formatReceipt(receipt), [key]);
