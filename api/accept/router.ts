import express from 'express';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { INVITATIONS_PATH } from '../../domain/invitation-mail.ts';
import { LOGIN_LIFE_S } from '../../ports/oidc-login.ts';
import type { Mounted } from '../http/server.ts';
import { toProblem } from '../problem.ts';
import { beginAcceptance, finishAcceptance, showInvitation, showJoined } from './accept.ts';
import type { AcceptPorts, Turn } from './accept.ts';
import { COOKIE, COOKIE_OPTIONS } from './cookie.ts';
import type { AcceptCookies } from './cookie.ts';
import { failed, notGood, POLICY } from './pages.ts';

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  // The address is a secret.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

export interface AcceptPagesOptions {
  readonly ports: AcceptPorts;
  readonly cookies: AcceptCookies;
  readonly log: Logger;
}

/** The pages behind an invitation's link, and the way back from its login: open to everybody. */
export function createAcceptPages({ ports, cookies, log }: AcceptPagesOptions): Mounted[] {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set(HEADERS);
    next();
  });
  router.get('/callback', async (request, response) => {
    const { searchParams } = new URL(request.originalUrl, 'http://localhost');
    const cookie = request.get('Cookie');
    const turn = await finishAcceptance(ports, cookies, cookie, searchParams);
    logLogin(log, response, turn);
    send(response, turn, 'replace');
  });
  router.get('/joined', (request, response) =>
    send(response, showJoined(ports, cookies, request.get('Cookie'))),
  );
  router.get('/:token', async (request, response) =>
    send(response, await showInvitation(ports, request.params.token)),
  );
  router.post('/:token', refuseOtherSites);
  router.post('/:token', async (request, response) => {
    const turn = await beginAcceptance(ports, cookies, request.params.token);
    logLogin(log, response, turn);
    send(response, turn);
  });
  router.use(sendFailure(log));
  return [{ path: INVITATIONS_PATH, handler: router }];
}

/** A button on somebody else's page is no decision of the invited person (Fetch Metadata). */
const refuseOtherSites: RequestHandler = (request, response, next) => {
  const site = request.get('Sec-Fetch-Site') ?? 'none';
  if (site === 'same-origin' || site === 'none') next();
  else send(response, { page: failed(403) });
};

/** `replace`: the cookie was for this request alone, and goes where no new one comes. */
function send(response: Response, { page, cookie }: Turn, mode?: 'replace'): void {
  if (cookie !== undefined)
    response.cookie(COOKIE, cookie, { ...COOKIE_OPTIONS, maxAge: LOGIN_LIFE_S * 1000 });
  else if (mode === 'replace') response.clearCookie(COOKIE, COOKIE_OPTIONS);
  if (page.location === undefined) response.status(page.status).type('html').send(page.html);
  else response.redirect(page.status, page.location);
}

/**
 * A person may decline; all else an operator must hear of. Without the cause: it holds what the
 * provider said, tokens and addresses among it.
 */
function logLogin(log: Logger, response: Response, { error }: Turn): void {
  if (error === undefined || error.code === 'declined') return;
  const requestId = response.locals['requestId'] as string;
  log.warn({ requestId, code: error.code, reason: error.message }, 'a login failed');
}

/** Express knows an error handler by its four parameters. */
function sendFailure(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const requestId = response.locals['requestId'] as string;
    const { code, status, cause } = toProblem(error);
    if (code === 'internal') log.error({ requestId, err: cause }, 'an invitation’s page failed');
    send(response, { page: code === 'not-found' ? notGood() : failed(status) });
  };
}
