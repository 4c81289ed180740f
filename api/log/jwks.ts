import { z } from 'zod';
import { findJwks } from '../../registry/jwk-set.ts';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';
import { found } from './routes.ts';

const limit = z.int().nonnegative().nullable();

const jwk = z
  .strictObject({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string().meta({ description: 'The public key, base64url.' }),
    kid: z.string().meta({ description: 'The `keyid` of envelopes.' }),
    use: z.literal('sig'),
    key_ops: z.array(z.literal('verify')),
    'vnd.tenure.role': z.enum(['root', 'fact', 'log', 'time']),
    'vnd.tenure.from': z
      .int()
      .nonnegative()
      .optional()
      .meta({ description: 'Where the key begins to count: index of a fact, size of the log.' }),
    'vnd.tenure.to': limit
      .optional()
      .meta({ description: 'The first position behind its range; null: it is open.' }),
    'vnd.tenure.void': limit
      .optional()
      .meta({ description: 'What it signed at or above this is void; null: nothing.' }),
  })
  .meta({ id: 'Jwk' });

export const getJwks = route({
  operationId: 'getJwks',
  method: 'get',
  path: '/v1/log/jwks',
  tag: 'facts',
  summary: 'Read the keys of the log as a JWK Set',
  description:
    'All keys of the newest key set (RFC 7517, RFC 8037), for programs that verify a fact with a JOSE library. The list itself is not signed: data planes learn keys from the signed key sets.',
  access: 'reader',
  replies: {
    200: {
      description: 'The keys, closed ones among them.',
      body: z.strictObject({ keys: z.array(jwk) }).meta({ id: 'JwkSet' }),
    },
  },
  problems: ['not-found'],
})(async (_input, { log }: Pick<ApiPorts, 'log'>) => {
  const keys = found(await findJwks(log));
  return { status: 200, body: { keys: [...keys] } };
});
