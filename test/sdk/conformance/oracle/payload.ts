import { z } from 'zod';

/*
 * What facts-v1 says of a payload, written once more for the conformance runner alone, from the
 * tables and with other means (the engine's JSON, zod): a mutant under a true signature may be a
 * fact that only differs, and whether it is one no kit may be asked.
 */

const MAX_BYTES = 16_384;
const MAX_DEPTH = 8;
const MAX_ITEMS = 256;
const KEYS = 'log epoch tenant seq prev id kind subject op at cause body';

/** 32 bytes in base64url. */
const word = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/);
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const opaque = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:|/-]{0,254}$/);
const SCOPE = /^[A-Za-z][A-Za-z0-9._:-]{0,126}$/;
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;
const name = z.string().regex(NAME);
const isUnique = (items: readonly unknown[]): boolean => new Set(items).size === items.length;
const setOf = (item: z.ZodString) => z.array(item).max(MAX_ITEMS).refine(isUnique);
const names = setOf(name);
const limits = z
  .record(name, z.number().min(0))
  .refine((all) => Object.keys(all).length <= MAX_ITEMS);
/** A date that exists is the same when it is written again. */
const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .refine((at) => !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at);

const payload = z.strictObject({
  log: z
    .string()
    .max(255)
    .regex(/^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/),
  epoch: z.number().min(1),
  tenant: uuid,
  seq: z.number().min(1),
  prev: word,
  id: uuid,
  kind: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  subject: z.string().regex(/^[a-z][a-z0-9-]{0,62}:[A-Za-z0-9][A-Za-z0-9._:-]{0,254}$/),
  op: z.enum(['assert', 'retract']),
  at: instant,
  cause: z.strictObject({ operation: uuid, actor: opaque }),
  body: z.record(z.string(), z.unknown()),
});

export type OraclePayload = z.infer<typeof payload>;

const identity = z.strictObject({
  issuer: z.string().regex(/^https?:\/\/[^\s"\\@?#]{1,2000}$/),
  sub: opaque,
});
const permission = z
  .string()
  .regex(/^(\*|[A-Za-z][A-Za-z0-9._-]{0,62}:[A-Za-z][A-Za-z0-9._-]{0,62})$/);
const slug = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const planned = z.array(z.strictObject({ product: name, limits })).max(MAX_ITEMS);

/** By kind: the noun of its subject, and the body of `assert`. */
const KINDS: Record<string, [noun: string, body: z.ZodType]> = {
  tenant: [
    'tenant',
    z.strictObject({
      slug,
      state: z.enum(['trial', 'active', 'frozen', 'archived']),
      plan: name,
      isolation: z.enum(['silo', 'pool']),
      demo: z.boolean(),
    }),
  ],
  project: ['project', z.strictObject({ state: z.literal('active') })],
  membership: [
    'member',
    z.strictObject({
      state: z.enum(['pending', 'active', 'inactive']),
      identity: identity.nullable(),
      roles: names,
    }),
  ],
  grant: ['grant', z.strictObject({ member: uuid, project: uuid, roles: names })],
  role: [
    'role',
    z.strictObject({ scope: z.enum(['tenant', 'project']), permissions: setOf(permission) }),
  ],
  product: ['product', z.strictObject({ limits: names })],
  plan: [
    'plan',
    z.strictObject({
      entitlements: planned.refine((all) => isUnique(all.map(({ product }) => product))),
    }),
  ],
  entitlement: [
    'entitlement',
    z.strictObject({ product: name, plan: name, limits, until: instant.nullable() }),
  ],
  'api-key': [
    'api-key',
    z.strictObject({
      hash: word,
      scopes: setOf(z.string().regex(SCOPE)),
      namespace: name.nullable(),
      until: instant.nullable(),
    }),
  ],
  app: ['app', z.strictObject({ roles: names })],
};

const depthOf = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : 1 + Math.max(0, ...Object.values(value).map(depthOf));

const membersIn = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce<number>((sum, one) => sum + membersIn(one), 0);
  return Array.isArray(value) ? inner : inner + Object.keys(value).length;
};

const WORDS = new Set(['', '""', 'true', 'false', 'null']);
const STRING = /"(?:[^"\\]|\\.)*"/g;

/** Of a text that is JSON: compact, of integers, without a member twice or half a character. */
const isStrict = (text: string, value: unknown): boolean => {
  const bare = text.replaceAll(STRING, '""');
  const numbers = bare.split(/[{}[\],:]/).filter((token) => !WORDS.has(token));
  return (
    !/\s/.test(bare) &&
    numbers.every((token) => /^(0|-?[1-9]\d*)$/.test(token) && Number.isSafeInteger(+token)) &&
    bare.split('"":').length - 1 === membersIn(value) &&
    (text.match(STRING) ?? []).every((token) => (JSON.parse(token) as string).isWellFormed()) &&
    depthOf(value) <= MAX_DEPTH
  );
};

const isAboutItsSubject = ({ kind, subject, tenant, op, body }: OraclePayload): boolean => {
  const at = subject.indexOf(':');
  const [noun, rest] = [subject.slice(0, at), subject.slice(at + 1)];
  if (KINDS[kind]?.[0] !== noun) return !Object.hasOwn(KINDS, kind);
  if (kind === 'tenant') return rest === tenant;
  if (kind === 'grant') {
    const [member = '', project = '', ...more] = rest.split(':');
    const ids = uuid.safeParse(member).success && uuid.safeParse(project).success;
    const same = op === 'retract' || (body['member'] === member && body['project'] === project);
    return ids && same && more.length === 0;
  }
  if (['project', 'membership', 'api-key'].includes(kind)) return uuid.safeParse(rest).success;
  return (
    NAME.test(rest) && (kind !== 'entitlement' || op === 'retract' || body['product'] === rest)
  );
};

const decode = (bytes: Uint8Array): unknown => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return isStrict(text, value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** The payload in these bytes, when a reader may take it as far as its own form goes. */
export const readPayload = (bytes: Uint8Array): OraclePayload | undefined => {
  if (bytes.length > MAX_BYTES) return undefined;
  const value = decode(bytes);
  if (!payload.safeParse(value).success) return undefined;
  // What zod gives back may lack a member: the engine's own object has them all.
  const fact = value as OraclePayload;
  if (Object.keys(fact).join(' ') !== KEYS) return undefined;
  if (Object.keys(fact.cause).join(' ') !== 'operation actor') return undefined;
  const body = fact.op === 'retract' ? z.strictObject({}) : KINDS[fact.kind]?.[1];
  const holds = !Object.hasOwn(KINDS, fact.kind) || body?.safeParse(fact.body).success === true;
  return holds && isAboutItsSubject(fact) ? fact : undefined;
};
