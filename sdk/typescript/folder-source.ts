import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shardName } from '../../facts/crypto/shard.ts';
import type { RegistrySource } from './registry-source.ts';

/** The folder of a `file:` address; undefined for every other one. */
export const folderOf = (registryUrl: string): string | undefined =>
  URL.canParse(registryUrl) && new URL(registryUrl).protocol === 'file:'
    ? fileURLToPath(registryUrl)
    : undefined;

const isMissing = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENOENT';

/**
 * A folder in place of the registry, where no network leads (facts-v1, "Folders"). One that is
 * missing rejects as a registry that is down does; what is being written is taken as far as it is
 * whole, since every line and every note is verified.
 */
export const createFolderSource = (folder: string): RegistrySource => {
  const read = async (path: string, signal: AbortSignal): Promise<Uint8Array | undefined> => {
    try {
      return await readFile(join(folder, path), { signal });
    } catch (error) {
      if (!isMissing(error)) throw error;
      await stat(folder);
      return undefined;
    }
  };
  return {
    fetch: async (shard, from, signal) => {
      const text = new TextDecoder().decode(await read(`facts/${shardName(shard)}`, signal));
      // What is behind the last line feed is being written.
      return text
        .split('\n')
        .slice(0, -1)
        .slice(from - 1);
    },
    keySet: (version, signal) => read(`keys/${version}`, signal),
    heartbeat: (signal) => read('heartbeat', signal),
    stateNote: (signal) => read('state/note', signal),
    stateNode: (hash, signal) => read(`state/${hash}`, signal),
    sendReceipt: () => Promise.reject(new TypeError('a folder takes no receipts')),
  };
};
