import type { Fact } from '../facts/core/types.ts';
import type { Accepted } from '../sdk/typescript/reader.ts';

/** What a statement is about. */
export function keyOf({ tenant, kind, subject }: Pick<Fact, 'tenant' | 'kind' | 'subject'>) {
  return `${tenant} ${kind} ${subject}`;
}

/** The newest statement about each thing by {@link keyOf}, retractions among them. */
export function newestFacts(facts: readonly Fact[]): Map<string, Fact> {
  return new Map(facts.map((fact) => [keyOf(fact), fact]));
}

/** What holds: asserted, not void, and not retracted since. In the order of the log. */
export function liveFacts(facts: readonly Accepted[]): Accepted[] {
  const counted = facts.filter(({ isVoid }) => !isVoid);
  const newest = new Set(newestFacts(counted.map(({ fact }) => fact)).values());
  return counted.filter(({ fact }) => fact.op === 'assert' && newest.has(fact));
}
