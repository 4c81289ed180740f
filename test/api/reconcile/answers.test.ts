import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { FINDING_ADVICE } from '../../../api/reconcile/advice.ts';
import { getReconciliation, reconcileAll, reconcileTenant } from '../../../api/reconcile/routes.ts';
import { FINDING_CODES } from '../../../domain/reconcile/finding.ts';
import type { Finding } from '../../../domain/reconcile/finding.ts';
import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { activate } from '../../support/api/provisioned.ts';
import type { Answer, Ask, TestApi } from '../../support/api/test-api.ts';

const sagaOf = (answer: Answer) => (answer.json as unknown as { saga: { id: string } }).saga;

const begins = async (api: TestApi, valid: Ask, kind: string) => {
  const answer = await api.ask(valid);
  const { id } = sagaOf(answer);
  expect(answer.headers.get('Location')).toBe(`/v1/sagas/${id}`);
  expect(answer.json).toMatchObject({ saga: { kind } });
  expect(api.engine.started).toContain(id);
  return answer;
};

const refusals = {
  'tenant-busy': async (api: TestApi, valid: Ask) => {
    const first = await api.ask(valid);
    const second = await api.ask(valid);
    expect(second.json).toMatchObject({ saga: sagaOf(first).id });
    return second;
  },
  'idempotency-in-flight': (api: TestApi, valid: Ask) => {
    api.registry.inFlight.add('k1');
    return api.ask({ ...valid, headers: { 'Idempotency-Key': 'k1' } });
  },
  'idempotency-key-reused': async (api: TestApi, valid: Ask) => {
    const headers = { 'Idempotency-Key': 'k1' };
    await api.ask({ ...valid, headers });
    return api.ask({ ...valid, headers, body: { repair: true } });
  },
};

describeAnswers({
  route: reconcileTenant,
  valid: async (api) => ({
    method: 'POST',
    path: `/v1/tenants/${(await activate(api)).tenant}/reconcile`,
    body: {},
  }),
  cases: {
    ...refusals,
    202: (api, valid) => begins(api, valid, 'reconcileTenant'),
    'tenant-state': (api, valid) => {
      for (const tenant of api.registry.rows.tenants.values())
        api.registry.rows.tenants.set(tenant.id, { ...tenant, state: 'archived' });
      return api.ask(valid);
    },
  },
});

describeAnswers({
  route: reconcileAll,
  valid: () => ({ method: 'POST', path: '/v1/reconcile', body: { repair: false } }),
  cases: { ...refusals, 202: (api, valid) => begins(api, valid, 'reconcileAll') },
});

const drift: Finding = {
  ...{ place: 'dns', code: 'drift', name: 'acme.example.test', tenant: randomUUID() },
  ...{ repair: 'ensure', attribute: { name: 'ttl', wanted: '60', found: null } },
};

describeAnswers({
  route: getReconciliation,
  valid: (api) => {
    const operation = randomUUID();
    const orphan: Finding = {
      ...{ place: 'route', code: 'orphan', name: 'gone', tenant: randomUUID(), repair: null },
      sinceMs: 5,
    };
    const findings = [drift, orphan].map((finding) => ({ ...finding, mended: null }));
    api.reports.set(operation, {
      ...{ operation, tenant: PLATFORM_TENANT, repair: false, findings },
      ...{ begun: [randomUUID()], examinedAtMs: 0 },
    });
    return { path: `/v1/reconciliations/${operation}` };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({
        healthy: false,
        findings: [
          { code: 'drift', attribute: { name: 'ttl', wanted: '60', found: null }, mended: null },
          { code: 'orphan', attribute: null, whatToDo: FINDING_ADVICE.orphan },
        ],
      });
      return answer;
    },
  },
});

test.each(FINDING_CODES)('%s comes with a sentence of what to do', (code) => {
  expect(FINDING_ADVICE[code]).toMatch(/^[A-Z].*\.$/u);
});
