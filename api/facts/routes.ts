import { z } from 'zod';
import { lineOf } from '../../registry/fact-lines.ts';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';

/** A fact has at most 16 KiB, most have one: an answer stays around a megabyte. */
export const FACTS_MAX_LINES = 1_000;

const HEX = 16;

export const listFacts = route({
  operationId: 'listFacts',
  method: 'get',
  path: '/v1/facts',
  tag: 'facts',
  summary: 'Read the signed history of a shard',
  description: `For data planes: up to ${FACTS_MAX_LINES} facts of one shard in the order of their positions. Ask again from the last position + 1 until the answer is empty. Verify each before use.`,
  access: 'reader',
  query: z.strictObject({
    shard: z
      .string('Is missing.')
      .regex(/^[0-9a-f]{2}$/, 'Must be two hexadecimal digits in lower case.')
      .meta({ description: 'First byte of SHA-256 over the tenant’s UUID, hex.', example: '37' }),
    from: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'Must be a position, 1 or more.')
      .transform(Number)
      .default(1)
      .meta({
        description: 'Shard position to begin at; positions count from 1 without gaps.',
        override: { type: 'integer', minimum: 1, default: 1 },
      }),
  }),
  replies: {
    200: {
      description: 'The facts, one per line; empty beyond the newest.',
      text: 'Lines of `<shard position> <log index> <DSSE envelope>`, each ended by a line feed.',
    },
  },
  problems: [],
})(async ({ query }, { facts }: Pick<ApiPorts, 'facts'>) => {
  const shard = Number.parseInt(query.shard, HEX);
  const signed = await facts.readShard(shard, query.from, FACTS_MAX_LINES);
  return { status: 200, text: signed.map((fact) => `${lineOf(fact)}\n`).join('') };
});
