import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { isEnded } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptProvision } from '../../registry/accept-provision.ts';
import { askerOf } from '../http/asker.ts';
import { route } from '../http/route.ts';
import { idempotencyKey } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { acceptProblems, startAccepted } from '../sagas/begin.ts';
import { sagaSchema } from '../sagas/schema.ts';
import { assureAccepted, showAccepted } from './accepted.ts';
import { createTenantBody } from './create-body.ts';
import { parseWaitS, WAIT_MAX_S } from './prefer.ts';
import { tenantSchema } from './schema.ts';

/** The embedded stack provisions in about 60 ms; a real one takes seconds. */
const POLL_FIRST_MS = 20;
const POLL_LAST_MS = 500;
const MS_PER_S = 1_000;

const body = z.object({ tenant: tenantSchema, saga: sagaSchema }).meta({ id: 'ProvisionedTenant' });

export const createTenant = route({
  operationId: 'createTenant',
  method: 'post',
  path: '/v1/tenants',
  tag: 'tenants',
  summary: 'Provision a tenant',
  description:
    'Accepts the request in one transaction and starts its saga. The tenant is fully there when the saga has reached `activate`, or fully gone when it was unwound.',
  access: 'operator',
  headers: z.object({
    'Idempotency-Key': idempotencyKey,
    Prefer: z
      .string()
      .optional()
      .meta({
        description: `\`wait=N\` (RFC 7240): wait up to N seconds, ${WAIT_MAX_S} at most, for the tenant to become active.`,
        example: 'wait=10',
      }),
  }),
  body: createTenantBody,
  replies: {
    201: {
      description: 'Active within the time that `Prefer: wait` gave.',
      body,
      headers: { Location: 'The tenant.', 'Preference-Applied': '`wait=N`' },
    },
    202: {
      description: 'Accepted; the saga works on it.',
      body,
      headers: { Location: 'The saga, to be asked for progress.' },
    },
  },
  problems: ['slug-taken', 'host-taken', 'plan-unknown', ...acceptProblems],
})(async ({ body: given, headers, caller, signal }, ports: ApiPorts) => {
  const { slug, isolation, plan, demo, trial, admin, identityProviders } = given;
  const accepted = assureAccepted(
    await acceptProvision(ports.accept, {
      ...askerOf(caller, 'createTenant', headers['Idempotency-Key']),
      slug,
      displayName: given.displayName ?? slug,
      isolation,
      plan,
      demo,
      ...(trial ? { trial } : {}),
      adminEmail: admin.email,
      identityProviders: identityProviders.map(({ userInfoUrl, ...rest }) =>
        userInfoUrl === undefined ? rest : { ...rest, userInfoUrl },
      ),
    }),
  );
  await startAccepted(accepted, ports);
  const waitS = parseWaitS(headers.Prefer);
  const active = waitS !== undefined && (await waitActive(accepted, waitS, signal, ports));
  const { tenant, saga } = await showAccepted(accepted, ports);
  if (active)
    return {
      status: 201,
      headers: { Location: `/v1/tenants/${tenant.id}`, 'Preference-Applied': `wait=${waitS}` },
      body: { tenant, saga },
    };
  return { status: 202, headers: { Location: `/v1/sagas/${accepted.id}` }, body: { tenant, saga } };
});

/** True when it became active in time. Ends early when the saga was unwound. */
async function waitActive(
  { id, tenant }: Operation,
  waitS: number,
  signal: AbortSignal,
  { tenants, operations }: Pick<ApiPorts, 'tenants' | 'operations'>,
): Promise<boolean> {
  const deadlineMs = performance.now() + waitS * MS_PER_S;
  for (let pauseMs = POLL_FIRST_MS; ; pauseMs = Math.min(pauseMs * 2, POLL_LAST_MS)) {
    const found = await tenants.findTenant(tenant);
    if (found?.state === 'active' || found?.state === 'trial') return true;
    const operation = await operations.findOperation(id);
    if (operation === undefined || isEnded(operation.state)) return false;
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0 || signal.aborted) return false;
    await sleep(Math.min(pauseMs, leftMs), undefined, { signal }).catch(() => undefined);
  }
}
