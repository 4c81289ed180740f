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
const SWEEP_OPERATIONS = 500;
/** So often a tenant has one more started although as many hang as may be at work. */
const SWEEPS_PER_SPARE = 10;

export interface StarterPorts extends StartPorts, Pick<SweepPorts, 'invitations' | 'report'> {
  readonly engine: StartPorts['engine'] & SweepPorts['engine'];
  readonly operations: Pick<OperationStore, 'markStarted' | 'listUnstarted' | 'countOperations'>;
}

/**
 * Starts what a crash, or an absent Temporal, left accepted and unstarted (DESIGN 4.1), in its turn
 * what a tenant has too many of, and tells what was left untold.
 */
export async function runStarter(ports: StarterPorts, signal: AbortSignal): Promise<void> {
  const tellUnsettled = createSweep(ports);
  for (let sweep = 1; !signal.aborted; sweep += 1) {
    try {
      const spare = sweep % SWEEPS_PER_SPARE === 0 ? 1 : 0;
      const waiting = await ports.operations.listUnstarted(UNSTARTED_AFTER_MS, SWEEP_OPERATIONS);
      const turns = await inTurn(ports, waiting, spare);
      for (const operation of turns) await startSaga(ports, operation);
      await tellUnsettled(performance.now());
    } catch (cause) {
      ports.report('sagas cannot be started or told now; trying again', cause);
    }
    await sleep(SWEEP_MS, undefined, { signal }).catch(() => undefined);
  }
}
