import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readManifests } from '../../../adapters/manifests/read.ts';
import { declareCatalog } from '../../../domain/platform.ts';
import { checkBody } from '../../../facts/core/bodies.ts';
import { assureDecided, viewOf } from '../../domain/views.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenure-manifests-'));
});
afterEach(() => rm(folder, { recursive: true }));

const FILES = {
  'products.yaml': 'products: { workspace: { limits: [members] } }',
  'plans.yaml': 'plans: { team: { workspace: { members: 5 } } }',
  'roles.yaml': 'tenantRoles: { org-owner: ["*"] }\nprojectRoles: {}',
};

async function read(over: Partial<typeof FILES> = {}) {
  for (const [name, text] of Object.entries({ ...FILES, ...over })) {
    await writeFile(join(folder, name), text);
  }
  return readManifests(pathToFileURL(`${folder}/`));
}

test('the manifests of the product are facts as they stand', async () => {
  const declaration = await readManifests();
  expect([...declaration.plans.keys()]).toEqual(['free', 'team', 'enterprise']);
  expect(declaration.roles.get('org-owner')?.scope).toBe('tenant');
  expect(declaration.roles.get('project-viewer')?.scope).toBe('project');
  const catalog = { roles: new Map(), plans: new Map(), products: new Map() };
  const { facts } = assureDecided(declareCatalog(viewOf({ catalog }), declaration, 0));
  for (const { kind, body, op } of facts) checkBody(kind, body, op);
});

test('what is written is what is declared', async () => {
  expect(await read()).toEqual({
    products: new Map([['workspace', { limits: ['members'] }]]),
    roles: new Map([['org-owner', { scope: 'tenant', permissions: ['*'] }]]),
    plans: new Map([
      ['team', { entitlements: [{ product: 'workspace', limits: { members: 5 } }] }],
    ]),
  });
});

test.each([
  ['a plan of a product that is not there', { 'plans.yaml': 'plans: { a: { b: {} } }' }, 'b'],
  [
    'a limit that the product lacks',
    { 'plans.yaml': 'plans: { a: { workspace: { x: 1 } } }' },
    'x',
  ],
  ['a limit below zero', { 'plans.yaml': 'plans: { a: { workspace: { members: -1 } } }' }, 'plans'],
  [
    'a permission of another form',
    { 'roles.yaml': 'tenantRoles: { a: [x] }\nprojectRoles: {}' },
    'a',
  ],
  ['an unknown entry', { 'products.yaml': 'products: {}\nmore: 1' }, 'products.yaml'],
])('refused is %s, with the place', async (_what, over, place) => {
  await expect(read(over)).rejects.toThrow(place);
});
