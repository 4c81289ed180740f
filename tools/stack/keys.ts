import { join } from 'node:path';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import { rootName } from '../../facts/log/key-set.ts';
import { assureFirstKeySet } from '../../registry/key-sets.ts';
import { composeKeySets, makeKeyFiles, openKey } from '../../wiring/keys.ts';

export interface LogKeys {
  /** `KEY_DIR` of the sequencer. */
  readonly keyDir: string;
  /** What data planes trust: the root's note key. */
  readonly root: string;
}

/** The keys of the embedded log and its first key set. Here the root lies beside the others. */
export async function assureLogKeys(
  dir: string,
  databaseUrl: string,
  log: string,
): Promise<LogKeys> {
  const keyDir = join(dir, 'keys');
  const rootFile = join(dir, 'root.key');
  const keySets = composeKeySets(databaseUrl);
  try {
    await assureFirstKeySet(keySets, log, () => makeKeyFiles(keyDir, rootFile));
  } finally {
    await keySets.close();
  }
  return { keyDir, root: formatNoteKey(rootName(log), openKey(rootFile).publicKey) };
}
