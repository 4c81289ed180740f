import { shardName } from '../facts/crypto/shard.ts';
import type { FactSource } from '../ports/recovery.ts';
import { createHttpSource } from '../sdk/typescript/registry-source.ts';
import { LogFolder } from './log-folder.ts';

/** `from`: the address of a registry, the folder of a data plane, or a copy of the log. */
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
 * A data plane's (`shards/<xx>.facts`, `keys/<version>.note`), or a copy of the log (`facts/<xx>`,
 * `keys/<version>`). A torn last line is not there.
 */
function folderSource(name: string): FactSource {
  const folder = new LogFolder(name);
  const find = async (...paths: readonly string[]): Promise<string | undefined> => {
    for (const path of paths) {
      const file = await folder.read(path);
      if (file !== undefined) return new TextDecoder().decode(file);
    }
    return undefined;
  };
  return {
    name,
    read: async function* (positions) {
      for (const [shard, position] of positions.entries()) {
        const text = await find(`shards/${shardName(shard)}.facts`, `facts/${shardName(shard)}`);
        if (text !== undefined) yield linesBehind(position, text);
      }
    },
    keySet: (version) => find(`keys/${version}.note`, `keys/${version}`),
  };
}

function linesBehind(position: number, text: string): string[] {
  const lines = text.split('\n').slice(0, -1);
  // Behind a plane's snapshot the first is not line 1.
  const first = Number.parseInt(lines[0] ?? '1', 10);
  return lines.slice(Math.max(0, position + 1 - first));
}
