import { FactError } from './errors.ts';
import { isHash, isInstant, NAME, OPAQUE_ID, PERMISSION } from './formats.ts';
import { SCOPE, SLUG, UUID } from './formats.ts';
import type { FactKind, FactOp, JsonValue } from './types.ts';

/** Provisioning and failed tenants have no facts (DESIGN 3). */
export type TenantFactState = 'trial' | 'active' | 'frozen' | 'archived';

export type TenantBody = {
  slug: string;
  state: TenantFactState;
  plan: string;
  isolation: 'silo' | 'pool';
  demo: boolean;
};
/** `identity` null grants nothing: bound when the invitation is accepted. */
export type MembershipBody = {
  state: 'pending' | 'active' | 'inactive';
  identity: { issuer: string; sub: string } | null;
  roles: string[];
};
export type GrantBody = { member: string; project: string; roles: string[] };
export type ProjectBody = { state: 'active' };
/** A permission is `resource:verb`; `*` alone is every permission. */
export type RoleBody = { scope: 'tenant' | 'project'; permissions: string[] };
export type ProductBody = { limits: string[] };
export type PlanBody = { entitlements: { product: string; limits: Record<string, number> }[] };
/** `until`: RFC 3339, UTC, milliseconds; null is without end. */
export type EntitlementBody = {
  product: string;
  plan: string;
  limits: Record<string, number>;
  until: string | null;
};
/** `hash`: base64url of 32 bytes (facts-v1, "Kinds"); the key itself is kept nowhere. */
export type ApiKeyBody = {
  hash: string;
  scopes: string[];
  namespace: string | null;
  /** As of an entitlement. */
  until: string | null;
};
export type AppBody = { roles: string[] };

/** Body of an assertion, per kind. A retraction's body is `{}`. */
export type FactBodies = {
  tenant: TenantBody;
  project: ProjectBody;
  membership: MembershipBody;
  grant: GrantBody;
  role: RoleBody;
  product: ProductBody;
  plan: PlanBody;
  entitlement: EntitlementBody;
  'api-key': ApiKeyBody;
  app: AppBody;
};

const ISSUER = /^https?:\/\/[^\s"\\@?#]{1,2000}$/;
const MAX_LIST_ITEMS = 256;

type Check = (value: JsonValue | undefined) => boolean;

const text =
  (format: RegExp): Check =>
  (value) =>
    typeof value === 'string' && format.test(value);

const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);

const nullOr =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

/** A list without repetition: two ways of writing one set would be two statements. */
const setOf =
  (format: RegExp): Check =>
  (value) =>
    Array.isArray(value) &&
    value.length <= MAX_LIST_ITEMS &&
    value.every(text(format)) &&
    new Set(value).size === value.length;

const isObject = (value: JsonValue | undefined): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Exactly these members: a member that an old reader skipped could have narrowed the grant. */
const members = (shape: Record<string, Check>): Check => {
  const names = Object.keys(shape);
  return (value) =>
    isObject(value) &&
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name) && shape[name]?.(value[name]) === true);
};

const limits: Check = (value) =>
  isObject(value) &&
  Object.keys(value).length <= MAX_LIST_ITEMS &&
  Object.entries(value).every(
    ([name, limit]) => NAME.test(name) && typeof limit === 'number' && limit >= 0,
  );

const entitlementsOfPlan: Check = (value) =>
  Array.isArray(value) &&
  value.length <= MAX_LIST_ITEMS &&
  value.every(members({ product: text(NAME), limits })) &&
  new Set(value.map((item) => (isObject(item) ? item['product'] : item))).size === value.length;

const until = nullOr((value) => typeof value === 'string' && isInstant(value));

const SHAPES: Record<FactKind, Check> = {
  tenant: members({
    slug: text(SLUG),
    state: oneOf('trial', 'active', 'frozen', 'archived'),
    plan: text(NAME),
    isolation: oneOf('silo', 'pool'),
    demo: (value) => typeof value === 'boolean',
  }),
  project: members({ state: oneOf('active') }),
  membership: members({
    state: oneOf('pending', 'active', 'inactive'),
    identity: nullOr(members({ issuer: text(ISSUER), sub: text(OPAQUE_ID) })),
    roles: setOf(NAME),
  }),
  grant: members({ member: text(UUID), project: text(UUID), roles: setOf(NAME) }),
  role: members({ scope: oneOf('tenant', 'project'), permissions: setOf(PERMISSION) }),
  product: members({ limits: setOf(NAME) }),
  plan: members({ entitlements: entitlementsOfPlan }),
  entitlement: members({
    product: text(NAME),
    plan: text(NAME),
    limits,
    until,
  }),
  'api-key': members({
    hash: (value) => typeof value === 'string' && isHash(value),
    scopes: setOf(SCOPE),
    namespace: nullOr(text(NAME)),
    until,
  }),
  app: members({ roles: setOf(NAME) }),
};

/** True for the kinds whose bodies version 1 defines. */
export const isKnownKind = (kind: string): kind is FactKind => Object.hasOwn(SHAPES, kind);

/**
 * Refuses (`body-invalid`) a body that is not exactly of its kind's shape. A kind of a later
 * version passes: it is chained, never decided by.
 */
export const checkBody = (kind: string, body: JsonValue, op: FactOp = 'assert'): void => {
  if (!isKnownKind(kind)) return;
  const holds = op === 'assert' ? SHAPES[kind](body) : members({})(body);
  if (!holds) throw new FactError('body-invalid', `not a body of ${op} ${kind}`);
};
