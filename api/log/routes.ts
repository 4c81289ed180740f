import { z } from 'zod';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';

/**
 * What stands at such an address never changes (C2SP tlog-tiles). Only the reader's own cache may
 * keep it: a shared one would give it to who has no token.
 */
export const IMMUTABLE = 'private, max-age=31536000, immutable';

type LogPorts = Pick<ApiPorts, 'log'>;

export const getKeySet = route({
  operationId: 'getKeySet',
  method: 'get',
  path: '/v1/log/keys/{version}',
  tag: 'facts',
  summary: 'Read a version of the key set',
  description:
    'The keys that sign facts, checkpoints and heartbeats, as a note signed by the root of this version and of the one before. Step through the versions from 1, and verify each by the last.',
  access: 'reader',
  params: z.strictObject({
    version: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'Must be a version, 1 or more.')
      .transform(Number)
      .meta({
        description: '1, 2, 3 ... without gaps.',
        override: { type: 'integer', minimum: 1 },
      }),
  }),
  replies: {
    200: {
      description: 'The key set.',
      text: 'A signed note (C2SP signed-note); `facts/spec/facts-v1.md`, section Keys.',
      headers: { 'Cache-Control': 'It never changes.' },
    },
  },
  problems: ['not-found'],
})(async ({ params }, { log }: LogPorts) => {
  const text = found(await log.findKeySet(params.version));
  return { status: 200, text, headers: { 'Cache-Control': IMMUTABLE } };
});

export const getCheckpoint = route({
  operationId: 'getCheckpoint',
  method: 'get',
  path: '/v1/log/checkpoint',
  tag: 'facts',
  summary: 'Read the newest signed checkpoint',
  description: 'Number of facts in the log and the root hash of its tree, signed by the log key.',
  access: 'reader',
  replies: {
    200: {
      description: 'The checkpoint.',
      text: 'A signed note (C2SP tlog-checkpoint).',
    },
  },
  problems: ['not-found'],
})(async (_input, { log }: LogPorts) => {
  return { status: 200, text: found(await log.findNote('checkpoint')) };
});

export const getHeartbeat = route({
  operationId: 'getHeartbeat',
  method: 'get',
  path: '/v1/log/heartbeat',
  tag: 'facts',
  summary: 'Read the newest heartbeat',
  description:
    'Where each of the 256 shards stood when it was made, every two seconds while a sequencer leads; signed by the time key. It also goes out over NATS, on `tenure.heartbeat`; planes ask here when none arrives.',
  access: 'reader',
  replies: {
    200: {
      description: 'The heartbeat.',
      text: 'A signed note; `facts/spec/facts-v1.md`, section Heartbeats.',
    },
  },
  problems: ['not-found'],
})(async (_input, { log }: LogPorts) => {
  return { status: 200, text: found(await log.findNote('heartbeat')) };
});

export function found<T>(answer: T | undefined): T {
  if (answer === undefined) throw notFound();
  return answer;
}
