import { and, asc, eq, inArray } from 'drizzle-orm';
import type pg from 'pg';
import { commits } from '../../drizzle/schema/commits.ts';
import { facts } from '../../drizzle/schema/facts.ts';
import type { FactFinding, FactQuestion } from '../../ports/fact-log.ts';
import { inTransaction, type Session } from './transaction.ts';

/** As an operator: of all tenants. */
export function factFinding(pool: pg.Pool): FactFinding {
  return {
    findFacts: (question) =>
      inTransaction(pool, {}, async ({ db }) => {
        const ids = 'operation' in question ? await idsOf(db, question.operation) : [];
        const isAsked = 'operation' in question ? inArray(facts.id, ids) : whichOf(question);
        const found = await db.select().from(facts).where(isAsked).orderBy(asc(facts.index));
        return { facts: found, pending: Math.max(0, ids.length - found.length) };
      }),
  };
}

function whichOf(question: Exclude<FactQuestion, { operation: string }>) {
  if ('fact' in question) return eq(facts.id, question.fact);
  if ('chainOf' in question) return eq(facts.tenant, question.chainOf);
  return and(eq(facts.tenant, question.tenant), eq(facts.seq, question.seq));
}

async function idsOf(db: Session['db'], operation: string): Promise<string[]> {
  const rows = await db
    .select({ made: commits.facts })
    .from(commits)
    .where(eq(commits.operation, operation));
  return rows.flatMap(({ made }) => made.map(({ id }) => id));
}
