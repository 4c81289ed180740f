import type { Sequenced } from '../registry/sequencer.ts';
import type { SagaActivities, SigningActivities } from '../workflows/shared/contract.ts';
import { attempt, probeOnce } from './attempt.ts';
import type { Report } from './attempt.ts';

export interface SigningPorts {
  readonly waitFor: (factIds: readonly string[], signal: AbortSignal) => Promise<Sequenced>;
  readonly probeStore: () => Promise<unknown>;
  readonly report: Report;
}

/** Runs in the sequencer's process, on the queue `facts`. */
export function createSigningActivities(
  ports: SigningPorts,
): SigningActivities & Pick<SagaActivities, 'probe'> {
  return {
    sign: (factIds) => attempt(ports.report, (signal) => ports.waitFor(factIds, signal)),
    probe: () => probeOnce(ports.report, ports.probeStore),
  };
}
