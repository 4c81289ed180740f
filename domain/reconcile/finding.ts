import type { SagaReason } from '../operation.ts';
import type { Attribute } from './observation.ts';

/** What a tenant has outside, in the order in which it is made: never a name without a backend. */
export const SYSTEMS = ['identity', 'database', 'route', 'dns'] as const;
export type System = (typeof SYSTEMS)[number];

/** Where a finding is: outside, in the registry's rows beside its facts, or among the sagas. */
export const PLACES = [...SYSTEMS, 'registry', 'sagas'] as const;
export type Place = (typeof PLACES)[number];

export const FINDING_CODES = [
  /** A tenant without its object. */
  'missing',
  /** An attribute that we manage is another one. */
  'drift',
  /** The tenant is frozen, and people get through. */
  'open',
  /** An object of that name without our mark is in the way. */
  'foreign',
  /** The system could not be looked at; the reason has its code. */
  'unseen',
  /** Our mark, but no tenant has its object there. */
  'misplaced',
  /** Our mark of a tenant that failed, is archived, or is not known. */
  'orphan',
  /** A row says something else than the last fact of its subject. */
  'row-differs',
  /** A fact whose row is gone. */
  'row-missing',
  /** A row of which no fact tells. */
  'row-without-fact',
  /** Accepted long ago, and no saga was started. */
  'saga-unstarted',
  /** An open operation whose saga is gone. */
  'saga-lost',
  /** It waits for somebody. */
  'saga-parked',
  /** A saga runs that no operation asked for. */
  'saga-without-row',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** `null`: it is reported, and a person decides. */
export const REPAIRS = [
  /** Create, or adopt if mine, and bring to what is wanted. */
  'ensure',
  /** Close what freezing closes. */
  'suspend',
  /** Remove what carries our mark. */
  'remove',
  /** Write the row that the facts tell of. */
  'restore',
  'start',
  /** Take back what the lost saga made, or end it where nothing is to be taken back. */
  'close',
  'terminate',
] as const;
export type Repair = (typeof REPAIRS)[number];

export interface Finding {
  readonly place: Place;
  readonly code: FindingCode;
  /** The outside system's own name of the object; a fact's subject; a saga's id. */
  readonly name: string;
  readonly tenant: string;
  readonly repair: Repair | null;
  /** Of `drift`. */
  readonly attribute?: Attribute;
  /** Of `unseen`, `saga-parked`. */
  readonly reason?: Pick<SagaReason, 'code' | 'step'>;
  /** Of an orphan whose tenant is not known: since when the doctor sees it. */
  readonly sinceMs?: number;
}

/** Says what two looks have in common, so that it can be told what a repair has done. */
export function keyOf({ place, code, name, tenant, attribute }: Finding): string {
  return [place, code, name, tenant, attribute?.name ?? ''].join(' ');
}

/** A finding after the second look. */
export interface Settled extends Finding {
  readonly mended: boolean;
}

/** What is still found is not mended; what a repair brought to light is a finding too. */
export function settle(first: readonly Finding[], second: readonly Finding[]): Settled[] {
  const left = new Set(second.map(keyOf));
  const known = new Set(first.map(keyOf));
  return [
    ...first.map((finding) => ({ ...finding, mended: !left.has(keyOf(finding)) })),
    ...second
      .filter((finding) => !known.has(keyOf(finding)))
      .map((finding) => ({ ...finding, mended: false })),
  ];
}
