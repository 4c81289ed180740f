import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shardName } from '../facts/crypto/shard.ts';
import type { FactSource } from '../ports/recovery.ts';
import { createHttpSource } from '../sdk/typescript/registry-source.ts';

/** `from`: the address of a registry, or the folder of a data plane. */
export function factSourceOf(from: string, token: () => string): FactSource {
  return /^https?:\/\//.test(from) ? httpSource(from, token()) : folderSource(from);
}

/** `/v1/facts` and `/v1/log` of a registry that has more. */
function httpSource(url: string, token: string): FactSource {
  const source = createHttpSource(url, token);
  const { signal } = new AbortController();
  return {
    name: url,
    read: async function* (positions) {
      for (const [shard, position] of positions.entries()) {
        let from = position + 1;
        for (;;) {
          const lines = await source.fetch(shard, from, signal);
          if (lines.length === 0) break;
          yield lines;
          from += lines.length;
        }
      }
    },
    keySet: async (version) => {
      const note = await source.keySet(version, signal);
      return note && new TextDecoder().decode(note);
    },
  };
}

/**
 * `shards/<xx>.facts` and `keys/<version>.note`, as a data plane keeps them, or `keys/<version>`,
 * as a copy of the log has them. A torn last line is not there.
 */
function folderSource(folder: string): FactSource {
  return {
    name: folder,
    read: async function* (positions) {
      for (const [shard, position] of positions.entries()) {
        const text = await textOf(join(folder, 'shards', `${shardName(shard)}.facts`));
        if (text !== undefined) yield text.split('\n').slice(position, -1);
      }
    },
    keySet: async (version) =>
      (await textOf(join(folder, 'keys', `${version}.note`))) ??
      (await textOf(join(folder, 'keys', String(version)))),
  };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
