import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { REGISTRY_MAX_CHARS } from '../../ports/owner-mark.ts';
import { Secret, secretUrl } from './secret.ts';
import { VARIABLES } from './section.ts';
import type { VariableMeta } from './section.ts';

/*
 * The kinds of values that variables have. Messages go on after the variable's name and never hold
 * the value: it may be a secret that was put into the wrong variable.
 */

const MAX_PORT = 65_535;

type Optional<T> = z.ZodType<T | undefined, string | undefined>;
type Present<T> = z.ZodType<T, string | undefined>;
type Parse<T> = (text: string) => T | undefined;

function schemaOf<T>(parse: Parse<T>, mustBe: string): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${mustBe}` });
    return z.NEVER;
  });
}

/** A kind of value: each of its variables is optional or has a default. */
function kind<T>(parse: Parse<T>, mustBe: string) {
  const schema = schemaOf(parse, mustBe);
  return {
    optional: (about: string): Optional<T> => described(schema.optional(), { about }),
    withDefault: (defaultsTo: string, about: string): Present<T> =>
      described(
        z
          .string()
          .optional()
          .transform((given) => given ?? defaultsTo)
          .pipe(schema),
        { about, defaultsTo },
      ),
  };
}

function described<S extends z.ZodType>(schema: S, meta: VariableMeta): S {
  VARIABLES.add(schema, meta);
  return schema;
}

function parseUrl(text: string, protocols: readonly string[]): string | undefined {
  if (!URL.canParse(text)) return undefined;
  return protocols.includes(new URL(text).protocol) ? text : undefined;
}

export interface Address {
  /** Undefined: none was given (`:8090`). */
  readonly host: string | undefined;
  readonly port: number;
}

function parseAddress(text: string): Address | undefined {
  const [, ipv6, host, digits] = /^(?:\[([\da-fA-F:]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > MAX_PORT) return undefined;
  return { host: (ipv6 ?? host) || undefined, port };
}

const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const SECRET_KEY_BYTES = 32;

/** Any text but the empty one, which counts as unset. */
export const text = kind((given) => given, 'a text');
/** Without the slash at its end, so that paths can be put after it. */
export const httpUrl = kind(
  (given) => parseUrl(given, ['http:', 'https:'])?.replace(/\/+$/, ''),
  'an http or https URL',
);
export const port = kind(
  (given) => (/^\d{1,5}$/.test(given) && Number(given) <= MAX_PORT ? Number(given) : undefined),
  'a port number from 0 to 65535',
);
export const address = kind(parseAddress, 'an address, host:port or :port');
export const dnsName = kind(
  (given) => (DNS_NAME.test(given) ? given : undefined),
  'a DNS name in lower case without a final dot',
);
/** Addresses of name servers, each with or without a port. */
export const dnsServers = kind((given) => {
  const servers = given.split(',').map((each) => each.trim());
  return servers.every(isDnsServer) ? servers : undefined;
}, 'addresses of name servers with commas between: 192.0.2.53,[2001:db8::53]:5353');

function isDnsServer(text: string): boolean {
  const [, bracketed, ipv4] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return isIPv6(bracketed ?? text) || isIPv4(ipv4 ?? '');
}

/** The form of `facts/core/formats.ts`, which wiring may not load; a test holds them equal. */
const LOG_ORIGIN = /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/;
export const logOrigin = kind(
  (given) => (LOG_ORIGIN.test(given) && given.length <= REGISTRY_MAX_CHARS ? given : undefined),
  `a name such as tenure.example/prod: lower case, digits, dots, dashes and slashes, ${REGISTRY_MAX_CHARS} characters at most`,
);
/** Stands in SQL as it is, unquoted. */
const SQL_IDENTIFIER = /^[A-Za-z_]\w{0,62}$/;
export const sqlIdentifier = kind(
  (given) => (SQL_IDENTIFIER.test(given) ? given : undefined),
  'a name of letters, digits and underscores that does not begin with a digit',
);
export const flag = kind((given) => ({ true: true, false: false })[given], 'true or false');

export function integer(least: number, most: number) {
  return kind((given) => {
    const number = /^\d{1,9}$/.test(given) ? Number(given) : NaN;
    return number >= least && number <= most ? number : undefined;
  }, `a whole number from ${least} to ${most}`);
}

/** RFC 2181, 8 allows more; above a day an old target lives on in resolvers for too long. */
const MAX_TTL_S = 86_400;

export function dnsTtl(): Present<number> {
  return integer(1, MAX_TTL_S).withDefault('300', 'Time to live of the records in seconds.');
}

export function oneOf<const T extends string>(values: readonly T[]) {
  return kind<T>((given) => values.find((value) => value === given), `one of ${values.join(', ')}`);
}

/** A secret kind: its variables are read from `<NAME>_FILE` as well. */
function secretKind(parse: Parse<Secret>, mustBe: string) {
  const schema = schemaOf(parse, mustBe);
  return {
    optional: (about: string): Optional<Secret> =>
      described(schema.optional(), { about, secret: true }),
    withDefault: (fallback: string, defaultsTo: string, about: string): Present<Secret> =>
      described(
        z
          .string()
          .optional()
          .transform((given) => given ?? fallback)
          .pipe(schema),
        { about, secret: true, defaultsTo },
      ),
  };
}

export const secret = secretKind((given) => new Secret(given), 'a text');

/** Too short a token can be guessed over the network. */
const TOKEN_MIN_LENGTH = 16;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

export const token = secretKind(
  (given) =>
    given.length >= TOKEN_MIN_LENGTH && VISIBLE_ASCII.test(given) ? new Secret(given) : undefined,
  `at least ${TOKEN_MIN_LENGTH} visible ASCII characters`,
);

export const secretKey = secretKind(
  (given) =>
    Buffer.from(given, 'base64').length === SECRET_KEY_BYTES ? new Secret(given) : undefined,
  `the base64 of ${SECRET_KEY_BYTES} bytes (make one with "openssl rand -base64 32")`,
);

export function credentialUrl(protocols: readonly string[]) {
  return secretKind(
    (given) => (parseUrl(given, protocols) === undefined ? undefined : secretUrl(given)),
    `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  );
}
