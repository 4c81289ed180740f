import { z } from 'zod';
import type { Operation } from '../../ports/registry-store.ts';
import type { ApiPorts } from '../ports.ts';
import { startAccepted } from '../sagas/begin.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { showAccepted } from './accepted.ts';
import { tenantSchema } from './schema.ts';

/** Of a request whose saga changes a tenant. */
export const changedReplies = {
  202: {
    description: 'Accepted; the saga works on it.',
    body: z
      .object({ tenant: tenantSchema, saga: sagaSchema })
      .meta({ id: 'ChangedTenant', description: 'The tenant as it is by now.' }),
    headers: { Location: 'The saga, to be asked for progress.' },
  },
} as const;

export async function answerChanged(accepted: Operation, ports: ApiPorts) {
  await startAccepted(accepted, ports);
  const location = { Location: `/v1/sagas/${accepted.id}` };
  return { status: 202, headers: location, body: await showAccepted(accepted, ports) } as const;
}
