import { z } from 'zod';
import { viewOfTenant } from '../../registry/state-view.ts';
import { route } from '../http/route.ts';
import { uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { found, IMMUTABLE } from './routes.ts';

type LogPorts = Pick<ApiPorts, 'log'>;

export const getState = route({
  operationId: 'getState',
  method: 'get',
  path: '/v1/log/state',
  tag: 'facts',
  summary: 'Read the newest state note',
  description:
    'The root of the tree over all live facts at one size of the log, and where each shard stood then; signed by the log key. A plane that begins, or is far behind, takes the tree below it instead of the history.',
  access: 'reader',
  replies: {
    200: {
      description: 'The state note.',
      text: 'A signed note of about 13 KB; `facts/spec/facts-v1.md`, section State tree.',
    },
  },
  problems: ['not-found'],
})(async (_input, { log }: LogPorts) => {
  return { status: 200, text: found(await log.findNote('state')) };
});

export const getStateNode = route({
  operationId: 'getStateNode',
  method: 'get',
  path: '/v1/log/state/{hash}',
  tag: 'facts',
  summary: 'Read a node of the state tree',
  description:
    'A page of tenants or facts, or an inner node, by the hash that its parent names. Compressed with gzip, as a file: there is no `Content-Encoding`. Nodes stay for an hour after the newest note needs them no more.',
  access: 'reader',
  params: z.strictObject({
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'Must be 64 hexadecimal digits in lower case.')
      .meta({ description: 'Of the node.', example: '0'.repeat(64) }),
  }),
  replies: {
    200: {
      description: 'The node.',
      bytes: 'A node; `facts/spec/facts-v1.md`, section State tree.',
      headers: { 'Cache-Control': 'It never changes.' },
    },
  },
  problems: ['not-found'],
})(async ({ params }, { log }: LogPorts) => {
  const bytes = found(await log.findStateNode(Buffer.from(params.hash, 'hex')));
  return { status: 200, bytes, headers: { 'Cache-Control': IMMUTABLE } };
});

export const getStateOfTenant = route({
  operationId: 'getStateOfTenant',
  method: 'get',
  path: '/v1/log/state/tenants/{tenant}',
  tag: 'facts',
  summary: 'Read what the state tree says of one tenant',
  description:
    'The newest state note and the nodes that lead to the tenant: its live facts, or the proof that it has none. Of its neighbours there are only hashes. A tenant that nobody knows is answered in the same way as one without facts.',
  access: 'reader',
  params: z.strictObject({ tenant: uuid('The tenant.') }),
  replies: {
    200: {
      description: 'The view.',
      bytes: 'A view; `facts/spec/facts-v1.md`, section State tree.',
    },
  },
  problems: ['not-found'],
})(async ({ params }, { log }: LogPorts) => {
  return { status: 200, bytes: found(await viewOfTenant(log, params.tenant)) };
});
