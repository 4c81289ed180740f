import type { FindingCode, Place } from '../../domain/reconcile/finding.ts';

/** One thing that is broken on purpose, and what the doctor must say of it. */
export interface Break {
  readonly what: string;
  readonly place: Place;
  readonly code: FindingCode;
  /** Of `drift`: part of the attribute's name. */
  readonly attribute?: string;
  /** False: it is not ours, and must be as it was afterwards. */
  readonly mended: boolean;
  readonly make: () => Promise<unknown>;
}

export function drift(what: string, place: Place, attribute: string, make: Break['make']): Break {
  return { what, place, code: 'drift', attribute, mended: true, make };
}

export function lost(what: string, place: Place, code: FindingCode, make: Break['make']): Break {
  return { what, place, code, mended: true, make };
}
