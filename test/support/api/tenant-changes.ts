import { expect } from '@jest/globals';
import type { Tenant } from '../../../domain/tenant.ts';
import type { Answers } from './describe-answers.ts';
import { activate } from './provisioned.ts';
import type { Answer, Ask, TestApi } from './test-api.ts';

/* What requests have in common whose saga changes a tenant. */

type Cases = Answers['cases'];

export function setAll(api: TestApi, part: Partial<Tenant>): void {
  const { tenants } = api.registry.rows;
  for (const tenant of tenants.values()) tenants.set(tenant.id, { ...tenant, ...part });
}

export const frozen = { state: 'frozen', stateBefore: 'trial' } as const;

export const leaving = { offboarding: '55555555-5555-4555-8555-555555555555' } as const;

export const sagaOf = (answer: Answer): string =>
  (answer.json as unknown as { saga: { id: string } }).saga.id;

export const idempotency: Cases = {
  'idempotency-in-flight': (api, valid) => {
    api.registry.inFlight.add('k1');
    return api.ask({ ...valid, headers: { 'Idempotency-Key': 'k1' } });
  },
  'idempotency-key-reused': async (api, valid) => {
    const headers = { 'Idempotency-Key': 'k1' };
    await api.ask({ ...valid, headers });
    const { tenant } = await activate(api, 'other');
    setAll(api, api.registry.rows.tenants.values().next().value ?? {});
    const path = valid.path.replace(/[0-9a-f-]{36}/, tenant);
    return api.ask({ ...valid, headers, path });
  },
};

export async function accepts(api: TestApi, valid: Ask, kind: string): Promise<Answer> {
  const headers = { 'Idempotency-Key': 'k1' };
  const answer = await api.ask({ ...valid, headers });
  const saga = sagaOf(answer);
  expect(answer.headers.get('Location')).toBe(`/v1/sagas/${saga}`);
  expect(answer.json).toMatchObject({ saga: { kind } });
  expect(api.engine.started).toContain(saga);
  expect(sagaOf(await api.ask({ ...valid, headers }))).toBe(saga);
  return answer;
}

export async function busyBy(api: TestApi, valid: Ask): Promise<Answer> {
  const first = await api.ask(valid);
  const second = await api.ask(valid);
  expect(sagaOf(first)).toBe((second.json as unknown as { saga: string }).saga);
  return second;
}
