import { SagaEngineError } from '../../../ports/saga-engine.ts';
import type { LiveSaga, SagaCommand, SagaEngine, SagaMessage } from '../../../ports/saga-engine.ts';

/** A saga engine whose answers the test sets; it starts what it is asked to. */
export interface FakeEngine extends SagaEngine {
  readonly started: string[];
  readonly told: [string, SagaCommand][];
  /** Updates and signals. */
  readonly messages: [string, SagaMessage][];
  /** What `ask` answers; undefined: `saga-not-found`. */
  live: LiveSaga | undefined;
  /** `absent` rejects each call, `hangs` never answers. */
  mode: 'there' | 'absent' | 'hangs';
  /** Called when a saga starts. */
  onStart: (operation: string) => void;
  /** A refusal of the next command. */
  refusal: string | undefined;
}

export function createFakeEngine(): FakeEngine {
  const call = <T>(answer: () => T): Promise<T> => {
    if (engine.mode === 'hangs') return new Promise(() => undefined);
    if (engine.mode === 'absent')
      return Promise.reject(new SagaEngineError('engine-unavailable', 'It does not answer.'));
    return new Promise((resolve) => resolve(answer()));
  };
  const engine: FakeEngine = {
    started: [],
    told: [],
    messages: [],
    live: undefined,
    mode: 'there',
    onStart: () => undefined,
    refusal: undefined,
    start: ({ operation }) =>
      call(() => {
        engine.started.push(operation);
        engine.onStart(operation);
      }),
    ask: () =>
      call(() => {
        if (engine.live === undefined) throw new SagaEngineError('saga-not-found', 'Not there.');
        return engine.live;
      }),
    tell: (operation, _kind, command) =>
      call(() => {
        if (engine.refusal !== undefined)
          throw new SagaEngineError('command-refused', engine.refusal);
        engine.told.push([operation, command]);
      }),
    update: (operation, _kind, message) =>
      call(() => {
        if (engine.refusal !== undefined)
          throw new SagaEngineError('command-refused', engine.refusal);
        engine.messages.push([operation, message]);
      }),
    signal: (operation, _kind, message) =>
      call(() => {
        engine.messages.push([operation, message]);
      }),
    probe: () => call(() => undefined),
  };
  return engine;
}
