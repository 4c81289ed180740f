import { takeReceipt as takeSigned } from '../../registry/planes.ts';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';

export const takeReceipt = route({
  operationId: 'takeReceipt',
  method: 'post',
  path: '/v1/log/receipts',
  tag: 'planes',
  summary: 'Say how far a data plane has come',
  description:
    'A plane sends one when it has applied more of the log, every ten seconds at most. Kept for 30 days.',
  access: 'reader',
  bodyText: 'A signed note; `facts/spec/facts-v1.md`, section Receipts.',
  replies: { 204: { description: 'It is kept.' } },
  problems: [
    'receipt-rollback',
    'note-malformed',
    'note-key-unknown',
    'note-signature-invalid',
    'receipt-malformed',
    'receipt-mismatch',
    'receipt-time',
    'store-unknown',
    'store-full',
  ],
})(async (
  { body },
  { planes, clock, logOrigin }: Pick<ApiPorts, 'planes' | 'clock' | 'logOrigin'>,
) => {
  await takeSigned(body, { planes, clock, log: logOrigin });
  return { status: 204 };
});
