import type { OperationKind } from '../domain/operation.ts';
import type { RunningSaga } from '../domain/reconcile/sagas.ts';

/** Which sagas the engine runs, whatever the rows say. Rejects with `SagaEngineError`. */
export interface SagaCensus {
  /** By the engine's index, which may be some seconds behind. */
  running(): Promise<readonly RunningSaga[]>;
  /** Asks the engine itself. */
  isRunning(operation: string, kind: OperationKind): Promise<boolean>;
  /** Ends it where it stands; one that is not there is success. `kind` as the engine knows it. */
  terminate(operation: string, kind: string, reason: string): Promise<void>;
}
