import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Problem } from '../problem.ts';

/**
 * Changes of one tenant that a process of the API takes, of the routes that are counted, in a
 * window that opens with the first of them: ten a second. Beside one that asks for ten times as
 * many invitations, the sagas of others take hardly longer on two cores (`npm run bench --
 * fairness`).
 */
export const MAX_CHANGES = { count: 50, withinS: 5 } as const;

/**
 * Counts for all routes that it is mounted on, each tenant for itself, and answers 429 with
 * `Retry-After` (RFC 6585) beyond; `RateLimit` tells what is left
 * (draft-ietf-httpapi-ratelimit-headers-08).
 */
export function limitChanges(): RequestHandler {
  const { count, withinS } = MAX_CHANGES;
  const detail = `In ${withinS} seconds ${count} changes of one tenant are taken.`;
  return rateLimit({
    windowMs: withinS * 1_000,
    limit: count,
    keyGenerator: ({ params }) => String(params['tenant']).toLowerCase(),
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_request, _response, next) => next(new Problem('tenant-rate', detail)),
  });
}
