import type { FactBodies } from './bodies.ts';

/** The tenant whose chain carries what all tenants share: products, plans, roles, apps. */
export const PLATFORM_TENANT = '00000000-0000-0000-0000-000000000000';

/** A log's epoch before any restored backup made a fork (DESIGN 3). */
export const FIRST_EPOCH = 1;

/** `prev` of a tenant's first fact: base64url of 32 zero bytes. */
export const GENESIS_PREV = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

/** `assert` states the whole new state of the subject, `retract` ends it. */
export type FactOp = 'assert' | 'retract';

/** Kinds whose bodies version 1 defines. Readers chain others and never decide by them. */
export type FactKind = keyof FactBodies;

/** Why a fact was made: ids only. `operation` is a UUID, `actor` an opaque id. */
export type FactCause = { operation: string; actor: string };

/** A fact as its payload states it, in the order of the payload's keys (DESIGN 3). */
export type Fact = {
  /** Origin of the log, e.g. `tenure.example/prod`. */
  log: string;
  /** From 1; grows when a restored backup forks the log. */
  epoch: number;
  /** UUID, lower case. */
  tenant: string;
  /** 1, 2, 3 ... per tenant. */
  seq: number;
  /** Leaf hash of `seq - 1`, base64url of 32 bytes. */
  prev: string;
  /** UUIDv5 of log, operation, step and position. */
  id: string;
  /** A {@link FactKind}, or a kind of a later version. */
  kind: string;
  /** `<noun>:<name>`; its noun belongs to the kind. */
  subject: string;
  op: FactOp;
  /** RFC 3339, UTC, milliseconds; informational. */
  at: string;
  cause: FactCause;
  /** `{}` for a retraction. */
  body: JsonObject;
};

/** What a domain rule decides; the commit adds log, seq, prev, id, time and cause. */
export type FactDraft =
  | {
      [K in FactKind]: { kind: K; subject: string; op: 'assert'; body: FactBodies[K] };
    }[FactKind]
  | { kind: FactKind; subject: string; op: 'retract'; body: Record<string, never> };
