import express from 'express';
import type { RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { PayloadOpener } from '../../ports/saga-keys.ts';
import { SagaKeyError } from '../../ports/saga-keys.ts';
import type { Authorize } from '../http/access.ts';
import { Problem, validationProblem } from '../problem.ts';

/** A page of a long history at once. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_PAYLOADS = 1_000;
/** RFC 7617: a browser that has no bearer token asks its user; the name does not count. */
const BASIC = /^Basic +([A-Za-z0-9+/=]+)$/i;

const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="tenure", charset="UTF-8"' };

const bodySchema = z.object({
  payloads: z
    .array(
      z.object({
        metadata: z.record(z.string(), z.base64()).optional(),
        data: z.base64().optional(),
      }),
    )
    .max(MAX_PAYLOADS),
});

export interface CodecOptions extends PayloadOpener {
  readonly authorize: Authorize;
  /** Of Temporal's UI; undefined: no page of another origin may ask. */
  readonly uiOrigin: string | undefined;
}

/**
 * Opens sealed payloads for Temporal's UI and CLI, which call it a remote codec: `POST /decode`
 * (https://docs.temporal.io/remote-data-encoding). It only opens, and only for operators. `GET /`
 * is where a browser is asked for the token, by Basic authentication.
 */
export function createCodecServer(options: CodecOptions): Router {
  const router = express.Router();
  router.use(allowOrigin(options.uiOrigin));
  router.use(admitOperator(options.authorize));
  router.get('/', (_request, response) => {
    response.type('text/plain').send('Signed in: Temporal’s UI may now show sealed payloads.\n');
  });
  router.post('/decode', express.json({ limit: MAX_BODY_BYTES }), async (request, response) => {
    const parsed = bodySchema.safeParse(request.body ?? {});
    if (!parsed.success) throw validationProblem('body', parsed.error);
    response.json({ payloads: await open(options, parsed.data.payloads) });
  });
  return router;
}

async function open(
  { openPayloads }: PayloadOpener,
  payloads: Parameters<PayloadOpener['openPayloads']>[0],
) {
  try {
    return await openPayloads(payloads);
  } catch (cause) {
    if (!(cause instanceof SagaKeyError)) throw cause;
    throw new Problem('not-found', cause.message, { cause });
  }
}

/** The Fetch standard's CORS protocol; a preflight carries no token. */
function allowOrigin(uiOrigin: string | undefined): RequestHandler {
  return (request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', Vary: 'Origin' });
    if (uiOrigin !== undefined && request.get('Origin') === uiOrigin)
      response.set({
        'Access-Control-Allow-Origin': uiOrigin,
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Namespace',
        'Access-Control-Allow-Methods': 'POST',
      });
    if (request.method === 'OPTIONS') response.status(204).end();
    else next();
  };
}

function admitOperator(authorize: Authorize): RequestHandler {
  return (request, _response, next) => {
    const header = request.get('Authorization');
    const [, basic] = BASIC.exec(header ?? '') ?? [];
    try {
      authorize('operator', basic === undefined ? header : `Bearer ${passwordOf(basic)}`);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'unauthorized') throw error;
      throw new Problem(error.code, error.message, { headers: CHALLENGE });
    }
    next();
  };
}

function passwordOf(basic: string): string {
  const text = Buffer.from(basic, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}
