import { randomUUID } from 'node:crypto';
import express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { describeTypeError, notFound, Problem, toProblem, validationProblem } from '../problem.ts';
import type { Authorize } from './access.ts';
import { limitChanges } from './rate-limit.ts';
import type { AnyReply, Caller, Route, RouteSpec } from './route.ts';

/** A request with many identity providers has about 4 KiB; the rest is room. */
export const MAX_BODY_BYTES = 64 * 1024;

const PROBLEM_JSON = 'application/problem+json';

/** Pages that are no API, mounted before the routes. */
export interface Mounted {
  readonly path: string;
  readonly handler: RequestHandler;
}

export interface ServerOptions<P> {
  readonly routes: readonly Route<P>[];
  readonly ports: P;
  readonly authorize: Authorize;
  readonly log: Logger;
  /** Fires when the server closes, so that waiting requests end. */
  readonly closing: AbortSignal;
  readonly pages: readonly Mounted[];
}

/** The HTTP face: routes by their specs, one way for requests in and one for errors out. */
export function createServer<P>(options: ServerOptions<P>): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(identifyAndLog(options.log));
  for (const { path, handler } of options.pages) app.use(path, handler);
  const limit = limitChanges();
  for (const [path, routes] of Map.groupBy(options.routes, ({ spec }) => spec.path)) {
    const place = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1').replace(/\{\+(\w+)\}$/, '*$1'));
    for (const one of routes) {
      const limits = one.spec.counted === true ? [limit] : [];
      // The body is read only when the caller may send one.
      place[one.spec.method](admit(one.spec, options.authorize), ...limits, ...readBody(one.spec));
      place[one.spec.method](answer(one, options));
    }
    place.all(refuseMethod(routes.map(({ spec }) => spec.method)));
  }
  app.use(() => {
    throw notFound();
  });
  app.use(sendProblem(options.log));
  return app;
}

/**
 * One line per request, free of personal data: the route's template instead of the path, and
 * neither query, headers nor bodies.
 */
function identifyAndLog(log: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAtMs = performance.now();
    const requestId = randomUUID();
    response.locals['requestId'] = requestId;
    response.set({ 'Request-Id': requestId, 'X-Content-Type-Options': 'nosniff' });
    response.on('close', () => {
      log.info(
        {
          requestId,
          method: request.method,
          route: templateOf(request),
          status: response.statusCode,
          ms: Math.round(performance.now() - startedAtMs),
          ...(response.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}

function templateOf(request: Request): string | undefined {
  return (request.route as { path?: string } | undefined)?.path;
}

function admit(spec: RouteSpec, authorize: Authorize): RequestHandler {
  return (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    if (spec.access !== 'open')
      response.locals['caller'] = authorize(spec.access, request.get('Authorization'));
    next();
  };
}

function readBody({ body, bodyText }: RouteSpec): RequestHandler[] {
  const limit = MAX_BODY_BYTES;
  if (bodyText !== undefined) return [want('text/plain'), express.text({ limit })];
  if (body === undefined) return [];
  return [want('application/json'), express.json({ limit, type: 'application/json' })];
}

function want(type: string): RequestHandler {
  return (request, _response, next) => {
    // No body at all is not a wrong type: validation reports what it lacks.
    const empty = request.get('Content-Length') === '0';
    if (!empty && request.is(type) === false)
      throw new Problem('content-type-unsupported', `The body is not ${type}.`);
    next();
  };
}

function answer<P>(route: Route<P>, options: ServerOptions<P>): RequestHandler {
  return async (request, response) => {
    const input = {
      params: parsePart(route.spec, 'params', request.params),
      query: parsePart(route.spec, 'query', request.query),
      headers: parsePart(route.spec, 'headers', pickHeaders(route.spec, request)),
      body: bodyOf(route.spec, request),
      caller: response.locals['caller'] as Caller | undefined,
      signal: AbortSignal.any([options.closing, leaving(response)]),
    };
    send(response, await route.handle(input, options.ports));
  };
}

function bodyOf(spec: RouteSpec, { body }: Request): unknown {
  if (spec.bodyText === undefined) return parsePart(spec, 'body', body as unknown);
  return typeof body === 'string' ? body : '';
}

/** Undefined when the route has no schema for the part: its handler never sees it. */
function parsePart(
  spec: RouteSpec,
  part: 'params' | 'query' | 'headers' | 'body',
  given: unknown,
): unknown {
  const schema = spec[part];
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(given ?? {}, { error: describeTypeError });
  if (!parsed.success) throw validationProblem(part, parsed.error);
  return parsed.data;
}

function pickHeaders(spec: RouteSpec, request: Request): Record<string, string> {
  const names = Object.keys(spec.headers?.shape ?? {});
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = request.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function leaving(response: Response): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  return controller.signal;
}

function send(response: Response, reply: AnyReply): void {
  if (reply.headers !== undefined) response.set(reply.headers);
  response.status(reply.status);
  if (reply.text !== undefined) response.type('text/plain').send(reply.text);
  else if (reply.bytes !== undefined) response.type('bin').send(Buffer.from(reply.bytes));
  else if (reply.body === undefined) response.end();
  else response.json(reply.body);
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  const allow = methods.map((method) => method.toUpperCase()).join(', ');
  return (request) => {
    throw new Problem('method-not-allowed', `${request.method} is not taken here.`, {
      headers: { Allow: allow },
    });
  };
}

/** Express knows an error handler by its four parameters. */
function sendProblem(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error);
    if (problem.code === 'internal')
      log.error(
        { requestId: response.locals['requestId'] as string, err: problem.cause },
        'failed',
      );
    response.set(problem.headers).status(problem.status).type(PROBLEM_JSON);
    response.send(JSON.stringify(problem.toBody()));
  };
}
