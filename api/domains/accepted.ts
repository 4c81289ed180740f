import { z } from 'zod';
import type { Operation } from '../../ports/registry-store.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { showNow, startAccepted } from '../sagas/begin.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { domainSchema, formatDomain } from './schema.ts';

const changed = z
  .object({ domain: domainSchema, saga: sagaSchema })
  .meta({ id: 'ChangedDomain', description: 'The domain as it is by now.' });

export const accepted202 = (description: string) =>
  ({ 202: { description, body: changed, headers: { Location: 'The domain.' } } }) as const;

/** Starts the saga, and shows it with the domain that it is about. */
export async function startAndShow(accepted: Operation, domain: string, ports: ApiPorts) {
  await startAccepted(accepted, ports);
  const { tenant } = accepted;
  const [saga, found] = await Promise.all([
    showNow(accepted, ports),
    ports.domains.findDomain(tenant, domain),
  ]);
  if (found === undefined) throw notFound();
  return {
    status: 202,
    headers: { Location: `/v1/tenants/${tenant}/domains/${domain}` },
    body: { domain: formatDomain(found, ports.challenges), saga },
  } as const;
}
