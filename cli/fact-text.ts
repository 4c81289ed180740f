import { PLATFORM_TENANT } from '../facts/core/types.ts';
import type { AppliedFact } from '../sdk/typescript/types.ts';

/** A verified fact; void: chained and not folded. */
export type ShownFact = AppliedFact & { readonly isVoid?: boolean };

/** Time, tenant, seq, op, kind, subject, actor: one line, in columns where that is possible. */
export function formatFact({ fact, isVoid }: ShownFact): string {
  const { at, tenant, seq, op, kind, subject, cause } = fact;
  const columns = [at, tenant, String(seq).padStart(4), op.padEnd(7), kind.padEnd(11), subject];
  return `${columns.join('  ')}  by ${cause.actor}${isVoid === true ? '  (void)' : ''}`;
}

/** The whole fact, and where it is. */
export function factJson({ shard, position, index, fact, isVoid }: ShownFact): object {
  return { shard, position, index, ...(isVoid === true ? { void: true } : {}), fact };
}

/** Where a statement comes from: seq, time, operation and actor. */
export function formatSource({ tenant, seq, at, cause }: AppliedFact['fact']): string {
  const chain = tenant === PLATFORM_TENANT ? 'platform seq' : 'seq';
  return `${chain} ${seq} of ${at}, operation ${cause.operation}, by ${cause.actor}`;
}
