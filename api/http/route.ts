import type { z } from 'zod';
import type { ProblemCode } from '../problem-codes.ts';

/** `open` needs no token, `reader` takes either token, `operator` the operator's alone. */
export type Access = 'open' | 'reader' | 'operator';

/** Who calls, until the access issue: a role by its token. Opaque, so it may stand in facts. */
export interface Caller {
  readonly role: 'reader' | 'operator';
  readonly id: string;
}

export interface ReplySpec {
  readonly description: string;
  /** JSON body; absent: none, or text when `text` describes it. */
  readonly body?: z.ZodType;
  /** A `text/plain` body instead of a JSON one: what its lines are. */
  readonly text?: string;
  /** An `application/octet-stream` body: what its bytes are. */
  readonly bytes?: string;
  /** Header name -> what it says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The one source of a route: it validates requests and it is the OpenAPI document. */
export interface RouteSpec {
  readonly operationId: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /**
   * As in OpenAPI: `/v1/tenants/{tenant}`; `{+tile}` is a last parameter with slashes in it (RFC
   * 6570, reserved expansion), which the schema is given in its parts.
   */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly access: Access;
  /**
   * It only ever gives, so that what a tenant asks for is counted (`tenant-rate`); its path names
   * the tenant. Never of what may take a right away: a revocation waits for nobody.
   */
  readonly counted?: true;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** By their canonical names, e.g. `Idempotency-Key`. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** A `text/plain` body in place of a JSON one: what it is. */
  readonly bodyText?: string;
  readonly replies: Readonly<Record<number, ReplySpec>>;
  /** Problems of its own; those that any route may answer are added to the document. */
  readonly problems: readonly ProblemCode[];
}

type Out<T> = T extends z.ZodType ? z.output<T> : undefined;

export interface Input<S extends RouteSpec> {
  readonly params: Out<S['params']>;
  readonly query: Out<S['query']>;
  readonly headers: Out<S['headers']>;
  readonly body: S extends { readonly bodyText: string } ? string : Out<S['body']>;
  /** Undefined on open routes only. */
  readonly caller: S['access'] extends 'open' ? undefined : Caller;
  /** Fires when the client has left or the server closes. */
  readonly signal: AbortSignal;
}

type Content<R> = R extends { readonly body: infer B extends z.ZodType }
  ? { readonly body: z.input<B> }
  : R extends { readonly text: string }
    ? { readonly text: string }
    : R extends { readonly bytes: string }
      ? { readonly bytes: Uint8Array }
      : { readonly body?: never };

export type Reply<S extends RouteSpec> = {
  [N in keyof S['replies']]: {
    readonly status: N;
    readonly headers?: Readonly<Record<string, string>>;
  } & Content<S['replies'][N]>;
}[keyof S['replies']];

export interface AnyReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly bytes?: Uint8Array;
}

export interface AnyInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
  readonly caller: Caller | undefined;
  readonly signal: AbortSignal;
}

/** A route over ports `P`: a constant that knows no server, so that the document needs none. */
export interface Route<P> {
  readonly spec: RouteSpec;
  handle(input: AnyInput, ports: P): Promise<AnyReply>;
}

/**
 * `route(spec)(handler)`, curried: the literals of the spec are fixed before the handler is
 * checked against them, so that a reply of an undeclared status does not compile.
 */
export function route<const S extends RouteSpec>(spec: S) {
  return <P>(handler: (input: Input<S>, ports: P) => Promise<Reply<S>>): Route<P> => ({
    spec,
    // The server validates each part by the spec before it calls.
    handle: (input, ports) => handler(input as Input<S>, ports) as Promise<AnyReply>,
  });
}
