import { expect, test } from '@jest/globals';
import type { Catalog } from '../../domain/decision.ts';
import { declareCatalog } from '../../domain/platform.ts';
import { assureDecided, catalogOf, viewOf } from './views.ts';

const EMPTY: Catalog = { roles: new Map(), plans: new Map(), products: new Map() };
const subjects = (before: Catalog, declaration: Catalog) =>
  assureDecided(declareCatalog(viewOf({ catalog: before }), declaration, 0)).facts.map(
    ({ op, subject }) => `${op} ${subject}`,
  );

test('the first declaration asserts everything, products before the plans that sell them', () => {
  expect(subjects(EMPTY, catalogOf())).toEqual([
    'assert product:workspace',
    'assert role:org-owner',
    'assert role:org-member',
    'assert role:project-owner',
    'assert plan:team',
  ]);
});

test('the same declaration again changes nothing and is not audited', () => {
  const decided = assureDecided(declareCatalog(viewOf(), catalogOf(), 0));
  expect(decided).toEqual({ changes: [], facts: [], audit: [] });
});

test('the order in which a database gives the keys of a body back is no difference', () => {
  const entitlements = [{ limits: { members: 5 }, product: 'workspace' }];
  const stored = catalogOf({ plans: new Map([['team', { entitlements }]]) });
  expect(subjects(stored, catalogOf())).toEqual([]);
});

test('only what differs is asserted, and what is not declared any more is retracted', () => {
  const roles = new Map(catalogOf().roles);
  roles.set('org-member', { scope: 'tenant', permissions: ['tenant:read', 'member:read'] });
  roles.delete('project-owner');
  expect(subjects(catalogOf(), catalogOf({ roles }))).toEqual([
    'assert role:org-member',
    'retract role:project-owner',
  ]);
});
