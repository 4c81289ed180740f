import type { OperationKind, SagaReason, SagaState } from '../operation.ts';
import type { Finding } from './finding.ts';

/** An operation that has not ended. */
export interface OpenOperation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly tenant: string;
  readonly state: SagaState;
  readonly reason: SagaReason | null;
  readonly acceptedAtMs: number;
}

/** A workflow that runs, by its id. */
export interface RunningSaga {
  readonly kind: string;
  readonly operation: string;
  readonly tenant: string;
  readonly startedAtMs: number;
}

export interface SagasSeen {
  readonly open: readonly OpenOperation[];
  readonly running: readonly RunningSaga[];
  /** Operations of which there is a row, ended or not, among those of `running`. */
  readonly rows: ReadonlySet<string>;
  readonly nowMs: number;
  /** What is younger is probably just being started or ended. */
  readonly patienceMs: number;
}

/**
 * What a lost saga of the kind leaves: `provisionTenant` before its pivot can be taken back whole,
 * those that only commit, or only look, are over. Of any other one nobody knows how far it came.
 */
const CLOSABLE: ReadonlySet<OperationKind> = new Set<OperationKind>([
  'provisionTenant',
  'changePlan',
  'answerProductRequest',
  'reconcileTenant',
  'reconcileAll',
]);

/** Operations without a saga, sagas without an operation, and those that wait for somebody. */
export function planSagas(seen: SagasSeen): Finding[] {
  const running = new Set(seen.running.map(({ operation }) => operation));
  const isOld = (sinceMs: number) => seen.nowMs - sinceMs >= seen.patienceMs;
  const ofRows = seen.open.flatMap((operation): Finding[] => {
    if (running.has(operation.id) || !isOld(operation.acceptedAtMs))
      return operation.state === 'parked' ? [parked(operation)] : [];
    return [lost(operation)];
  });
  const ofSagas = seen.running
    .filter(({ operation, startedAtMs }) => !seen.rows.has(operation) && isOld(startedAtMs))
    .map(({ operation, tenant, kind }): Finding => {
      const name = `${kind}/${operation}`;
      return { place: 'sagas', code: 'saga-without-row', name, tenant, repair: 'terminate' };
    });
  return [...ofRows, ...ofSagas];
}

function parked({ id, tenant, reason }: OpenOperation): Finding {
  const why = reason && { reason: { code: reason.code, step: reason.step } };
  return { place: 'sagas', code: 'saga-parked', name: id, tenant, repair: null, ...why };
}

function lost({ id, kind, tenant, state }: OpenOperation): Finding {
  const about = { place: 'sagas', name: id, tenant } as const;
  if (state === 'accepted') return { ...about, code: 'saga-unstarted', repair: 'start' };
  return { ...about, code: 'saga-lost', repair: CLOSABLE.has(kind) ? 'close' : null };
}
