import type { Decision, Freshness, Identity } from '../../sdk/typescript/types.ts';

/** What the demo and its data plane say to each other over the child process's channel. */
export interface PlaneStart {
  readonly registryUrl: string;
  readonly natsUrl: string;
  readonly token: string;
  readonly log: string;
  /** Note key of the log's root. */
  readonly root: string;
  readonly directory: string;
  /** `false`: every fact is told, from the first line on. */
  readonly snapshots?: boolean;
}

export interface Question {
  readonly identity: Identity;
  readonly permission: string;
  readonly tenant: string;
}

export interface ExpectedAnswer extends Question {
  readonly allowed: boolean;
}

/** Result of a burst of decisions. */
export interface Burst {
  readonly decisions: number;
  readonly wrong: number;
  /** Microseconds. */
  readonly p99Us: number;
  readonly freshness: Freshness;
}

export interface AppliedNotice {
  readonly tenant: string;
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly op: string;
  /** Wall clock of the plane's process, milliseconds with fraction. */
  readonly appliedAtMs: number;
}

export type ToPlane =
  | { readonly type: 'can'; readonly ask: number; readonly question: Question }
  | {
      readonly type: 'burst';
      readonly ask: number;
      readonly decisions: number;
      readonly expected: readonly ExpectedAnswer[];
    }
  | { readonly type: 'close' };

export type FromPlane =
  /** `snapshot`: facts that it began with, which it was not told one by one. */
  | { readonly type: 'ready'; readonly snapshot: number }
  | { readonly type: 'applied'; readonly fact: AppliedNotice }
  | { readonly type: 'refused'; readonly code: string }
  | { readonly type: 'answer'; readonly ask: number; readonly decision: Decision }
  | { readonly type: 'burst'; readonly ask: number; readonly burst: Burst };
