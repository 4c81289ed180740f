import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { MemberAnswer, SagaAnswer } from '../../../tools/demo/registry-client.ts';
import { eventually } from '../eventually.ts';
import type { LinkedStack } from './linked-stack.ts';
import { wrongRefusals } from './refusals.ts';

const HEALED_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 120_000;
const ENDS: ReadonlySet<string> = new Set(['done', 'unwound']);

/** What the API tells of a saga, beyond what the demo reads. */
export type Saga = SagaAnswer & {
  readonly step?: string | null;
  readonly endedAt?: string | null;
  readonly attempts?: number | null;
  readonly reason?: { readonly step: string; readonly code: string } | null;
};

export const aSlug = (): string => `t-${randomUUID().slice(0, 13)}`;

/** One request for a tenant; the same slug again is the same request, by its key. */
export function postTenant({ api, operatorToken }: LinkedStack, slug: string): Promise<Response> {
  return fetch(`${api.url}/v1/tenants`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${operatorToken}`,
      'content-type': 'application/json',
      'idempotency-key': slug,
    },
    body: JSON.stringify({ slug, plan: 'team', admin: { email: `ann@${slug}.example` } }),
  });
}

/** Asks for a tenant until the registry has taken the request; by its key it is taken once. */
export function requestTenant(stack: LinkedStack, slug = aSlug()): Promise<Saga> {
  return eventually(
    async () => {
      const answer = await postTenant(stack, slug);
      const text = await answer.text();
      if (answer.status !== 202) throw new Error(`${answer.status} ${text}`);
      return (JSON.parse(text) as { saga: Saga }).saga;
    },
    { withinMs: HEALED_WITHIN_MS, everyMs: 100, what: 'the request is accepted' },
  );
}

export function sagaOf({ client }: LinkedStack, { id }: Saga): Promise<Saga> {
  return client.call<Saga>('GET', `/v1/sagas/${id}`);
}

/** Waits for one of the states; the API itself may be out of reach meanwhile. */
export function reached(stack: LinkedStack, saga: Saga, ...states: readonly string[]) {
  return eventually(
    async () => {
      const now = await sagaOf(stack, saga);
      // The saga itself tells its end a moment before that end is recorded.
      const recorded = !ENDS.has(now.state) || now.endedAt !== null;
      if (!states.includes(now.state) || !recorded) throw new Error(JSON.stringify(now));
      return now;
    },
    { withinMs: ENDS_WITHIN_MS, everyMs: 50, what: `the saga is ${states.join(' or ')}` },
  );
}

/** The plane has exactly the facts that the registry signed, each once, and decides by them. */
export async function expectPlaneEqual(stack: LinkedStack, tenant: string): Promise<void> {
  const { admin, client, plane } = stack;
  await eventually(
    async () => {
      const { rows } = await admin.query<{ id: string }>('select id from facts');
      const applied = plane.applied.map(({ id }) => id).toSorted();
      expect(applied).toEqual(rows.map(({ id }) => id).toSorted());
    },
    { withinMs: HEALED_WITHIN_MS, everyMs: 100, what: 'the plane has the facts of the registry' },
  );
  expect(wrongRefusals(plane.refused)).toEqual([]);
  const path = `/v1/tenants/${tenant}/members`;
  const { members } = await client.call<{ members: MemberAnswer[] }>('GET', path);
  const identity = members[0]?.identity;
  if (!identity) throw new Error('the first admin has no identity');
  const { allowed } = await plane.can({ identity, permission: 'tenant:update', tenant });
  expect(allowed).toBe(true);
}
