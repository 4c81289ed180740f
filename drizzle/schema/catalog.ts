import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { CatalogEntry } from '../../domain/decision.ts';
import { platformPolicies } from '../policies.ts';

/** Live content of the platform tenant's chain: what all tenants share. */
export const catalog = pgTable(
  'catalog',
  {
    kind: text('kind').$type<CatalogEntry['kind']>().notNull(),
    name: text('name').notNull(),
    body: jsonb('body').$type<Record<string, unknown>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.name] }), ...platformPolicies()],
);
