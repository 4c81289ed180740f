import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import {
  addDomain,
  getDomain,
  listDomains,
  lookForDomain,
  removeDomain,
} from '../../../api/domains/routes.ts';
import { MAX_DOMAINS } from '../../../domain/custom-domain.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { activate } from '../../support/api/provisioned.ts';
import type { Answer, Ask, TestApi } from '../../support/api/test-api.ts';

const SHOP = { name: 'shop.example.com' };

async function adding(api: TestApi): Promise<Ask> {
  const { tenant } = await activate(api);
  return { method: 'POST', path: `/v1/tenants/${tenant}/domains`, body: SHOP };
}

/** The path of a domain that is claimed. */
async function added(api: TestApi): Promise<string> {
  const { headers } = await api.ask(await adding(api));
  return headers.get('Location') ?? '';
}

function change(api: TestApi, part: object): void {
  const { domains } = api.registry.rows;
  for (const [id, row] of domains) domains.set(id, { ...row, ...part });
}

/** Another tenant's path to it. */
async function elsewhere(api: TestApi, path: string): Promise<string> {
  const { tenant } = await activate(api, 'other');
  return path.replace(/tenants\/[^/]+/, `tenants/${tenant}`);
}

const bodyOf = ({ json }: Answer) =>
  json as unknown as Record<'domain' | 'saga', { readonly id: string }>;

describeAnswers({
  route: addDomain,
  valid: adding,
  cases: {
    202: async (api, valid) => {
      const answer = await api.ask({ ...valid, body: { name: 'Shop.Bücher.example.' } });
      const { domain, saga } = bodyOf(answer);
      const name = 'shop.xn--bcher-kva.example';
      expect(domain).toMatchObject({
        ...{ name, state: 'claimed', provenAt: null },
        record: {
          ...{ name: `_tenure-challenge.${name}`, type: 'TXT' },
          text: expect.stringMatching(/^tenure-domain=[\w-]{43}$/),
        },
      });
      expect(saga).toMatchObject({ id: domain.id, kind: 'addDomain' });
      expect(answer.headers.get('Location')).toBe(`${valid.path}/${domain.id}`);
      expect(api.engine.started).toContain(saga.id);
      return answer;
    },
    'request-invalid': async (api, valid) => {
      for (const name of ['shop', 'acme.tenure.test', 'tenure.test', 'co.uk', 'shop.example/x']) {
        const { json } = await api.ask({ ...valid, body: { name } });
        expect([name, json]).toMatchObject([name, { errors: [{ at: '/name' }] }]);
      }
      return api.ask({ ...valid, body: { name: '192.0.2.7' } });
    },
    'tenant-state': (api, valid) => {
      for (const tenant of api.registry.rows.tenants.values())
        api.registry.rows.tenants.set(tenant.id, { ...tenant, state: 'frozen' });
      return api.ask(valid);
    },
    'domain-exists': async (api, valid) => {
      await api.ask(valid);
      return api.ask({ ...valid, body: { name: 'SHOP.example.com' } });
    },
    'domain-limit': async (api, valid) => {
      await api.ask(valid);
      const { domains } = api.registry.rows;
      const [row] = domains.values();
      for (let n = 1; n < MAX_DOMAINS; n += 1) {
        const id = randomUUID();
        domains.set(id, { ...row!, id, name: `${n}.example.com` });
      }
      return api.ask({ ...valid, body: { name: 'more.example.com' } });
    },
    'idempotency-in-flight': (api, valid) => {
      api.registry.inFlight.add('k1');
      return api.ask({ ...valid, headers: { 'Idempotency-Key': 'k1' } });
    },
    'idempotency-key-reused': async (api, valid) => {
      const headers = { 'Idempotency-Key': 'k1' };
      const first = await api.ask({ ...valid, headers });
      expect((await api.ask({ ...valid, headers })).json).toEqual(first.json);
      return api.ask({ ...valid, headers, body: { name: 'other.example.com' } });
    },
  },
});

describeAnswers({
  route: getDomain,
  valid: async (api) => ({ path: await added(api) }),
  cases: {
    200: (api, valid) => api.ask(valid),
    'not-found': async (api, valid) => api.ask({ path: await elsewhere(api, valid.path) }),
  },
});

describeAnswers({
  route: listDomains,
  valid: async (api) => ({ path: (await added(api)).replace(/\/[^/]+$/, '') }),
  cases: {
    200: async (api, valid) => {
      await api.ask({ ...valid, method: 'POST', body: { name: 'b.example.com' } });
      const { domains } = api.registry.rows;
      [...domains].forEach(([id, row], at) => domains.set(id, { ...row, claimedAtMs: at }));
      const first = await api.ask({ path: `${valid.path}?limit=1` });
      const { next } = first.json as unknown as { next: string };
      expect(first.json).toMatchObject({ domains: [{ name: 'b.example.com' }] });
      const rest = await api.ask({ path: `${valid.path}?limit=1&cursor=${next}` });
      expect(rest.json).toMatchObject({ domains: [SHOP], next: null });
      return api.ask(valid);
    },
    'cursor-invalid': (api, valid) => api.ask({ path: `${valid.path}?cursor=x` }),
    'request-invalid': (api, valid) => api.ask({ path: `${valid.path}?limit=0` }),
    'not-found': (api) => api.ask({ path: `/v1/tenants/${randomUUID()}/domains` }),
  },
});

describeAnswers({
  route: removeDomain,
  valid: async (api) => ({ method: 'DELETE', path: await added(api) }),
  cases: {
    202: async (api, valid) => {
      const answer = await api.ask(valid);
      const { domain, saga } = bodyOf(answer);
      expect(saga).toMatchObject({ kind: 'removeDomain' });
      const operation = api.registry.rows.operations.get(saga.id);
      expect(operation?.input).toEqual({ domain: domain.id });
      expect(api.engine.started).toContain(saga.id);
      return answer;
    },
    'not-found': async (api, valid) =>
      api.ask({ ...valid, path: await elsewhere(api, valid.path) }),
    'domain-state': (api, valid) => {
      change(api, { state: 'removed' });
      return api.ask(valid);
    },
    'tenant-busy': async (api, valid) => {
      await api.ask(valid);
      return api.ask(valid);
    },
    'idempotency-in-flight': (api, valid) => {
      api.registry.inFlight.add('k1');
      return api.ask({ ...valid, headers: { 'Idempotency-Key': 'k1' } });
    },
    'idempotency-key-reused': async (api, valid) => {
      const headers = { 'Idempotency-Key': 'k1' };
      const first = await api.ask({ ...valid, headers });
      change(api, { state: 'removed' });
      // The answer it had, whatever the state is by now.
      expect(bodyOf(await api.ask({ ...valid, headers })).saga.id).toBe(bodyOf(first).saga.id);
      const list = valid.path.replace(/\/[^/]+$/, '');
      const other = await api.ask({ method: 'POST', path: list, body: { name: 'b.example.com' } });
      return api.ask({ ...valid, headers, path: other.headers.get('Location') ?? '' });
    },
  },
});

describeAnswers({
  route: lookForDomain,
  valid: async (api) => ({ method: 'POST', path: `${await added(api)}/look` }),
  cases: {
    202: async (api, valid) => {
      const headers = { 'Idempotency-Key': 'k1' };
      const answer = await api.ask({ ...valid, headers });
      await api.ask({ ...valid, headers });
      await api.ask(valid);
      const ids = api.engine.messages.map(([, { id }]) => id);
      expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false]);
      const [[operation, message] = []] = api.engine.messages;
      expect(message).toMatchObject({ name: 'look', told: { domain: operation } });
      return answer;
    },
    'not-found': async (api, valid) =>
      api.ask({ ...valid, path: await elsewhere(api, valid.path) }),
    'domain-state': (api, valid) => {
      change(api, { state: 'active' });
      return api.ask(valid);
    },
    'command-refused': (api, valid) => {
      api.engine.refusal = 'The domain is proven already.';
      return api.ask(valid);
    },
    'engine-unavailable': (api, valid) => {
      api.engine.mode = 'absent';
      return api.ask(valid);
    },
  },
});
