import { PLATFORM_TENANT, type FactDraft } from '../facts/core/types.ts';
import { canonicalText } from './canonical-text.ts';
import type { Catalog, CatalogEntry, Change, Rule } from './decision.ts';

/** What the platform tenant's chain shall say: everything else in the catalog is retracted. */
export type CatalogDeclaration = Catalog;

type Entry = CatalogEntry & { readonly kind: 'role' | 'product' | 'plan' };

/**
 * Brings the catalog to the declaration: one fact per entry that differs, so that declaring the
 * same again changes nothing. Products come before the plans that sell them.
 */
export const declareCatalog: Rule<CatalogDeclaration> = ({ catalog }, declaration) => {
  const wanted = entriesOf(declaration);
  const present = entriesOf(catalog);
  const texts = new Map(present.map((entry) => [nameOf(entry), canonicalText(entry.body)]));
  const names = new Set(wanted.map(nameOf));
  const asserted = wanted.filter((entry) => texts.get(nameOf(entry)) !== canonicalText(entry.body));
  const retracted = present
    .filter((entry) => !names.has(nameOf(entry)))
    .map((entry): Entry => ({ ...entry, body: undefined }))
    .toReversed();
  const entries = [...asserted, ...retracted];
  const audit = {
    action: 'platform.declared',
    target: `tenant:${PLATFORM_TENANT}`,
    detail: { asserted: asserted.map(nameOf), retracted: retracted.map(nameOf) },
  };
  return {
    changes: entries.map((entry): Change => ({ type: 'catalog', entry })),
    facts: entries.map(factOf),
    audit: entries.length === 0 ? [] : [audit],
  };
};

function entriesOf({ products, roles, plans }: Catalog): Entry[] {
  return [
    ...[...products].map(([name, { limits }]): Entry => {
      return { kind: 'product', name, body: { limits: [...limits] } };
    }),
    ...[...roles].map(([name, { scope, permissions }]): Entry => {
      return { kind: 'role', name, body: { scope, permissions: [...permissions] } };
    }),
    ...[...plans].map(([name, { entitlements }]): Entry => {
      const items = entitlements.map(({ product, limits }) => ({ product, limits: { ...limits } }));
      return { kind: 'plan', name, body: { entitlements: items } };
    }),
  ];
}

/** What the platform tenant's chain says when it says all of the catalog. */
export function catalogFacts(catalog: Catalog): FactDraft[] {
  return entriesOf(catalog).map(factOf);
}

function nameOf({ kind, name }: Entry): string {
  return `${kind}:${name}`;
}

function factOf(entry: Entry): FactDraft {
  const { kind, body } = entry;
  const subject = nameOf(entry);
  if (body === undefined) return { kind, subject, op: 'retract', body: {} };
  // `entriesOf` made the body of this kind.
  return { kind, subject, op: 'assert', body } as FactDraft;
}
