import type { Finding } from './finding.ts';

/** A finding as it is kept: null until it is known whether it was mended. */
export interface Found extends Finding {
  readonly mended: boolean | null;
}

/** What one operation of the doctor found, and what became of it. No personal data. */
export interface Report {
  readonly operation: string;
  /** The platform's: a look at everything. */
  readonly tenant: string;
  /** False: the plan alone was asked for. */
  readonly repair: boolean;
  readonly findings: readonly Found[];
  /** Operations on single tenants that a look at everything began. */
  readonly begun: readonly string[];
  readonly examinedAtMs: number;
}

/** Nothing is left that somebody must look at. */
export function isHealthy({ findings }: Pick<Report, 'findings'>): boolean {
  return findings.every(({ mended }) => mended === true);
}
