import { Connection } from '@temporalio/client';
import { SAGA_STATE, SAGA_STEP, TENANT_ID } from '../../domain/saga-protocol.ts';
import { connectionOptions } from './options.ts';
import type { TemporalOptions } from './options.ts';

const SEARCH_ATTRIBUTES = [TENANT_ID, SAGA_STATE, SAGA_STEP];
/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;
/** gRPC status of a search attribute that somebody else registered meanwhile. */
const ALREADY_EXISTS = 6;

/**
 * Registers the search attributes that operators filter by. Rejects with a sentence that says in
 * plain words what is missing; the caller tries again, since Temporal may come up later.
 */
export async function assureTemporal(options: TemporalOptions): Promise<void> {
  const { address, namespace } = options;
  const connection = await Connection.connect(connectionOptions(options)).catch((cause) => {
    throw new Error(`Temporal does not answer at ${address}; sagas wait until it does`, { cause });
  });
  try {
    const { operatorService } = connection;
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter((name) => !(name in (customAttributes ?? {})));
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await operatorService
      .addSearchAttributes({ namespace, searchAttributes })
      .catch((cause: { code?: number }) => {
        if (cause.code === ALREADY_EXISTS) return;
        const names = missing.join(', ');
        const what = `the namespace ${namespace} of Temporal lacks the search attributes ${names}`;
        throw new Error(`${what} (Keyword), and they cannot be added from here`, { cause });
      });
  } finally {
    await connection.close();
  }
}
