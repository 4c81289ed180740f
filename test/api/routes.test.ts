import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { parse } from 'yaml';
import { createApp } from '../../api/app.ts';
import { formatOpenApi } from '../../api/openapi/document.ts';
import type { ApiPorts } from '../../api/ports.ts';
import { ROUTES } from '../../api/routes.ts';
import { startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly unknown[];
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const committed = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8');
const document = parse(committed) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
);

/** What people read, and no program: the documentation, and the pages of invitations. */
const PAGES = ['/docs', '/openapi.yaml', '/invitations', '/codec'];

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

test('the committed document is what the routes say', () => {
  expect(committed).toBe(formatOpenApi(ROUTES.map(({ spec }) => spec)));
});

describe('the document', () => {
  test.each(operations)(
    '$method $path is resolved by the app',
    async ({ method, path, operation }) => {
      const filled = path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000001');
      const answer = await api.ask({ method: method.toUpperCase(), path: filled, token: null });
      // Only a route that is there asks for a token; an unknown path is a 404 before that.
      expect(answer.status).toBe(operation.security.length === 0 ? 200 : 401);
    },
  );

  test('negative control: a path that is not there is seen', async () => {
    expect((await api.ask({ path: '/v1/projects', token: null })).status).toBe(404);
  });
});

test('every route of the app is in the document', () => {
  const app = createApp({
    codec: { openPayloads: async () => [], uiOrigin: undefined },
    ports: {} as ApiPorts,
    tokens: { operator: 'o', reader: 'r' },
    log: pino({ enabled: false }),
    closing: new AbortController().signal,
  });
  const layers = app.router.stack as unknown as {
    readonly route?: { readonly path: string; readonly stack: readonly { method?: string }[] };
    readonly name: string;
  }[];
  const mounted = layers.flatMap(({ route }) =>
    (route?.stack ?? []).flatMap(({ method }) =>
      method === undefined
        ? []
        : [`${method} ${route?.path.replaceAll(/[:*](\w+)/g, '{$1}') ?? ''}`],
    ),
  );
  const documented = operations.map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(mounted)].toSorted()).toEqual(documented.toSorted());
  expect(layers.filter(({ name }) => name === 'router')).toHaveLength(PAGES.length);
});

test('every route but the health ones wants a token', () => {
  const open = operations.filter(({ operation }) => operation.security.length === 0);
  expect(open.map(({ path }) => path).toSorted()).toEqual(['/healthz', '/readyz']);
});

describe('F4: no route answers an authorization question', () => {
  const QUESTION =
    /\b((can|may)\b|check(?!point)|authori[sz]e|authz|permit|permission|decide|decision|allow|access|enforce|evaluate)/i;
  const words = (name: string): string => name.replaceAll(/([a-z])([A-Z])|[_/{}-]/g, '$1 $2');

  test('by its name or its path', () => {
    for (const { path, operation } of operations)
      expect(words(`${path} ${operation.operationId}`)).not.toMatch(QUESTION);
  });

  test('by a member of what it answers', () => {
    const members: string[] = [];
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      const { properties } = value as { properties?: object };
      members.push(...Object.keys(properties ?? {}));
      Object.values(value).forEach(collect);
    };
    collect(document.components.schemas);
    operations.forEach(({ operation }) => collect(operation.responses));
    expect(members).toContain('roles');
    for (const member of members) expect(words(member)).not.toMatch(QUESTION);
  });

  test('negative control: such a route would be seen', () => {
    for (const name of ['/v1/check', 'canUser', 'isAllowed', '/v1/authorize', 'hasPermission'])
      expect(words(name)).toMatch(QUESTION);
  });

  // A new route is added here by someone who has read FEATURES F4.
  test('this is the whole list', () => {
    expect(operations.map(({ operation }) => operation.operationId).toSorted()).toEqual([
      'activateTenant',
      'addDomain',
      'addPlane',
      'answerProductRequest',
      'cancelSaga',
      'cancelTenant',
      'changeMemberRoles',
      'changePlan',
      'createTenant',
      'deactivateMember',
      'extendTrial',
      'getCheckpoint',
      'getDomain',
      'getEntitlements',
      'getHealth',
      'getHeartbeat',
      'getInvitation',
      'getJwks',
      'getKeySet',
      'getReadiness',
      'getReconciliation',
      'getSaga',
      'getState',
      'getStateNode',
      'getStateOfTenant',
      'getTenant',
      'getTenantBySlug',
      'getTenantExport',
      'getTile',
      'getTrial',
      'inviteMember',
      'listDomains',
      'listFacts',
      'listInvitations',
      'listMembers',
      'listPlanes',
      'listPlans',
      'listProductRequests',
      'listProducts',
      'listSagas',
      'listTenants',
      'lookForDomain',
      'moveTenant',
      'offboardTenant',
      'reactivateMember',
      'reconcileAll',
      'reconcileTenant',
      'removeDomain',
      'removeMember',
      'removePlane',
      'requestProduct',
      'resendInvitation',
      'resumeSaga',
      'revokeInvitation',
      'revokeOffboarding',
      'setUsage',
      'takeReceipt',
      'transferOwnership',
      'unfreezeTenant',
      'unwindSaga',
      'whereFacts',
    ]);
  });
});

test('unknown paths, unknown ids and ids of nobody are one and the same 404', async () => {
  const nobody = '00000000-0000-4000-8000-000000000001';
  const paths = [
    '/nowhere',
    `/v1/tenants/${nobody}`,
    `/v1/tenants/${nobody}/members`,
    `/v1/tenants/${nobody}/export`,
    '/v1/tenants/by-slug/nobody',
    `/v1/sagas/${nobody}`,
  ];
  const answers = await Promise.all(paths.map((path) => api.ask({ path })));
  for (const { status, text } of answers) expect([status, text]).toEqual([404, answers[0]?.text]);
});
