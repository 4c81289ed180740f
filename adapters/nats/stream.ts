import { DiscardPolicy, nanos, RetentionPolicy, StorageType } from 'nats';
import type { JetStreamManager } from 'nats';

export const STREAM = 'TENURE_FACTS';
export const SUBJECT_PREFIX = 'tenure.facts.';

/** PITFALLS, NATS: a window long enough for a publisher that was restarted. */
const DUPLICATE_WINDOW_MS = 10 * 60_000;
const UNLIMITED = -1;
/** JetStream's answer when a stream of this name has another configuration. */
const OTHER_CONFIGURATION = 10058;

/** All that the cache of facts rests on, defaults too: whoever sets one otherwise breaks it. */
const configOf = (replicas: number) => ({
  name: STREAM,
  subjects: [`${SUBJECT_PREFIX}*`],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  max_msgs: UNLIMITED,
  max_msgs_per_subject: UNLIMITED,
  max_bytes: UNLIMITED,
  max_age: 0,
  max_msg_size: UNLIMITED,
  num_replicas: replicas,
  duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  deny_delete: true,
  deny_purge: true,
  allow_rollup_hdrs: false,
});

/** The stream is there but not as it must be. Somebody set it so, so nothing is changed by us. */
export class ForeignStreamError extends Error {
  override readonly name = 'ForeignStreamError';

  constructor(differences: readonly string[]) {
    super(
      `stream ${STREAM} was set up otherwise (${differences.join(', ')}): set it right, or delete ` +
        'it: it is made and filled again from the log',
    );
  }
}

/** Makes the stream, or finds it as it must be; else throws {@link ForeignStreamError}. */
export async function assureStream(manager: JetStreamManager, replicas: number): Promise<void> {
  const wanted = configOf(replicas);
  try {
    await manager.streams.add(wanted);
  } catch (error) {
    const { api_error: refused } = error as { api_error?: { err_code?: number } };
    if (refused?.err_code !== OTHER_CONFIGURATION) throw error;
    const { config } = await manager.streams.info(STREAM);
    throw new ForeignStreamError(differencesOf(wanted, config));
  }
}

function differencesOf(wanted: object, found: object): string[] {
  const texts = Object.entries(wanted).flatMap(([name, value]) => {
    const [is, must] = [JSON.stringify(Reflect.get(found, name)), JSON.stringify(value)];
    return is === must ? [] : [`${name} is ${is}, not ${must}`];
  });
  return texts.length > 0 ? texts : ['in a setting that is not ours'];
}
