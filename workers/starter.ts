import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationStore } from '../ports/registry-store.ts';
import { inTurn } from '../registry/start-in-turn.ts';
import { startSaga } from '../registry/start-saga.ts';
import type { StartPorts } from '../registry/start-saga.ts';
import { createSweep } from '../registry/tell-unsettled.ts';
import type { SweepPorts } from '../registry/tell-unsettled.ts';

const SWEEP_MS = 1_000;
/** The API starts a saga itself; what is younger is probably being started right now. */
const UNSTARTED_AFTER_MS = 2_000;
const SWEEP_OPERATIONS = 100;

export interface StarterPorts extends StartPorts, Pick<SweepPorts, 'invitations' | 'report'> {
  readonly engine: StartPorts['engine'] & SweepPorts['engine'];
  readonly operations: Pick<OperationStore, 'markStarted' | 'listUnstarted' | 'countAtWork'>;
}

/**
 * Starts what a crash, or an absent Temporal, left accepted and unstarted (DESIGN 4.1), and tells
 * what it left untold.
 */
export async function runStarter(ports: StarterPorts, signal: AbortSignal): Promise<void> {
  const tellUnsettled = createSweep(ports);
  while (!signal.aborted) {
    try {
      const waiting = await ports.operations.listUnstarted(UNSTARTED_AFTER_MS, SWEEP_OPERATIONS);
      for (const operation of await inTurn(ports, waiting)) await startSaga(ports, operation);
      await tellUnsettled(performance.now());
    } catch (cause) {
      ports.report('sagas cannot be started or told now; trying again', cause);
    }
    await sleep(SWEEP_MS, undefined, { signal }).catch(() => undefined);
  }
}
