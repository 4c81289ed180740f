import type { DataConverter } from '@temporalio/common';
import type { SagaTiming } from '../../domain/saga-timing.ts';

export interface TemporalOptions {
  /** `host:port` of the frontend. */
  readonly address: string;
  readonly namespace: string;
  readonly tls: boolean;
  readonly apiKey: string | undefined;
}

export interface TemporalEngineOptions extends TemporalOptions {
  /** Bounds that go into the input of every saga started from here. */
  readonly timing: SagaTiming;
  /** How payloads are written; Temporal's own way unless given. */
  readonly dataConverter?: DataConverter;
}

/** What client and worker connections have in common. */
export function connectionOptions({ address, tls, apiKey }: TemporalOptions) {
  return { address, tls, ...(apiKey === undefined ? {} : { apiKey }) };
}
