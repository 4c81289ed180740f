import { z } from 'zod';
import { withDeadline } from '../http/deadline.ts';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';

/** A store that hangs is as bad as one that is gone; load balancers ask every few seconds. */
const PROBE_DEADLINE_MS = 2_000;

export const getHealth = route({
  operationId: 'getHealth',
  method: 'get',
  path: '/healthz',
  tag: 'health',
  summary: 'Is the process alive?',
  description: 'Asks nobody else. Restart the process when it does not answer.',
  access: 'open',
  replies: {
    200: {
      description: 'It is.',
      body: z.object({ status: z.literal('ok') }).meta({ id: 'Alive' }),
    },
  },
  problems: [],
})(() => Promise.resolve({ status: 200, body: { status: 'ok' } }));

const answers = z.enum(['ok', 'unreachable']);
const readiness = z
  .object({
    status: z.enum(['ready', 'unready']),
    dependencies: z.object({ store: answers, engine: answers }),
  })
  .meta({ id: 'Readiness' });

export const getReadiness = route({
  operationId: 'getReadiness',
  method: 'get',
  path: '/readyz',
  tag: 'health',
  summary: 'Can the process take requests?',
  description:
    'Pings its stores. Without the saga engine it still accepts, and the sagas start later, so only the store decides.',
  access: 'open',
  replies: {
    200: { description: 'It can.', body: readiness },
    503: { description: 'It cannot: the store does not answer.', body: readiness },
  },
  problems: [],
})(async (_input, { store, engine }: Pick<ApiPorts, 'store' | 'engine'>) => {
  const [storeAnswers, engineAnswers] = await Promise.all([check(store), check(engine)]);
  const dependencies = { store: storeAnswers, engine: engineAnswers };
  return storeAnswers === 'ok'
    ? { status: 200, body: { status: 'ready', dependencies } }
    : { status: 503, body: { status: 'unready', dependencies } };
});

async function check(target: { probe(): Promise<void> }): Promise<z.output<typeof answers>> {
  try {
    await withDeadline(target.probe(), PROBE_DEADLINE_MS);
    return 'ok';
  } catch {
    return 'unreachable';
  }
}
