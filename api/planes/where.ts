import { z } from 'zod';
import type { FactQuestion } from '../../ports/fact-log.ts';
import { whereFacts as whereOf } from '../../registry/where-facts.ts';
import { route } from '../http/route.ts';
import { formatTime, time, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';

const STANDINGS = ['applied', 'missing', 'silent', 'elsewhere'] as const;

const query = z
  .strictObject({
    fact: uuid('A fact, by its id.').optional(),
    operation: uuid('All facts that an operation made.').optional(),
    tenant: uuid('With `seq`: a fact by its place in the tenant’s chain.').optional(),
    seq: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'Must be a seq, 1 or more.')
      .transform(Number)
      .optional()
      .meta({ override: { type: 'integer', minimum: 1 } }),
  })
  .refine(
    ({ fact, operation, tenant, seq }) =>
      [fact, operation, tenant].filter((one) => one !== undefined).length === 1 &&
      (tenant === undefined) === (seq === undefined),
    { message: 'Name one: fact, operation, or tenant and seq.', path: ['fact'] },
  );

const answer = z
  .object({
    facts: z.array(
      z.object({
        id: z.uuid(),
        tenant: z.uuid(),
        seq: z.int(),
        index: z.int().meta({ description: 'Position in the log, from 0.' }),
        kind: z.string(),
        subject: z.string(),
        op: z.enum(['assert', 'retract']),
        at: time('When it was stated.'),
      }),
    ),
    planes: z.array(
      z.object({
        plane: z.string(),
        standing: z.enum(STANDINGS).meta({
          description:
            '`applied`: its newest receipt covers them. `missing`: it does not, or not any more. `silent`: it never sent one. `elsewhere`: it follows none of their shards.',
        }),
        since: time('They were applied by then.').nullable(),
        heard: time('Its newest receipt.').nullable(),
      }),
    ),
  })
  .meta({ id: 'WhereFacts' });

export const whereFacts = route({
  operationId: 'whereFacts',
  method: 'get',
  path: '/v1/facts/where',
  tag: 'planes',
  summary: 'Say which data planes have applied a fact',
  description: 'By the receipts of the last 30 days: of a revocation, who still goes without it.',
  access: 'operator',
  query,
  replies: { 200: { description: 'The facts, and where each plane stands.', body: answer } },
  problems: ['not-found', 'fact-pending'],
})(async ({ query: asked }, ports: Pick<ApiPorts, 'planes' | 'facts'>) => {
  const found = await whereOf(questionOf(asked), ports);
  if (found === undefined) throw notFound();
  if (found.pending > 0)
    throw new Problem('fact-pending', `${found.pending} wait for a signature.`);
  const facts = found.facts.map(({ fact, index }) => {
    const { id, tenant, seq, kind, subject, op, at } = fact;
    return { id, tenant, seq, index, kind, subject, op, at };
  });
  const planes = found.planes.map(({ plane, standing, sinceMs, heardMs }) => {
    return { plane, standing, since: timeOf(sinceMs), heard: timeOf(heardMs) };
  });
  return { status: 200, body: { facts, planes } };
});

function timeOf(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms);
}

function questionOf({ fact, operation, tenant, seq }: z.output<typeof query>): FactQuestion {
  if (fact !== undefined) return { fact };
  if (operation !== undefined) return { operation };
  return { tenant: tenant ?? '', seq: seq ?? 0 };
}
