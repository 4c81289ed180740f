import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inDataDir } from '../servers/data-dir.ts';
import { onFreePorts } from '../servers/ports.ts';
import { expectOk } from '../servers/probe.ts';
import { startProcess, type Running } from '../servers/process.ts';

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 60_000;

/** The registry's own processes and their entry points. */
const ENTRIES = {
  api: '../../api/main.ts',
  worker: '../../workers/main.ts',
  sequencer: '../../workers/sequencer-main.ts',
  sinks: '../../workers/sinks-main.ts',
} as const;

export type RegistryProcess = Running & { readonly url: string };

export type RegistryProcessName = keyof typeof ENTRIES;

/** Starts one process of the registry on a free port and returns when it says it is ready. */
export function startRegistryProcess(
  name: RegistryProcessName,
  environment: Record<string, string>,
  dir: string,
  entry = fileURLToPath(new URL(ENTRIES[name], import.meta.url)),
): Promise<RegistryProcess> {
  return onFreePorts(['port'], {}, ({ port }) =>
    inDataDir(name, dir, async (dataDir) => {
      const url = `http://${HOST}:${port}`;
      const running = await startProcess({
        name: `The registry's ${name}`,
        command: process.execPath,
        args: [entry],
        env: { ...environment, ADDR: `${HOST}:${port}` },
        logFile: join(dataDir.path, `${name}.log`),
        dataDir,
        probe: () => expectOk(`${url}/readyz`),
        readyWithinMs: READY_WITHIN_MS,
      });
      return { ...running, url };
    }),
  );
}
