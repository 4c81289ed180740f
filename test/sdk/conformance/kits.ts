import { buildGoDriver } from '../../../tools/kit/go.ts';
import { PYTHON_KIT, buildPythonKit } from '../../../tools/kit/python.ts';
import { buildRustDriver } from '../../../tools/kit/rust.ts';
import { ROOT } from '../../../tools/run-command.ts';
import type { Progress } from '../../../tools/servers/progress.ts';
import { Driver } from '../support/driver.ts';

export const KIT_NAMES = ['typescript', 'go', 'python', 'rust'] as const;
export type KitName = (typeof KIT_NAMES)[number];

/** A kit behind its driver. Requests may be sent before earlier ones are answered. */
export type Kit = { name: KitName; ask(request: object): Promise<unknown> };

export type RunningKits = {
  kits: Kit[];
  /** To the processes of all of them. */
  signal(signal: NodeJS.Signals): void;
  end(): Promise<void>;
};

const PYTHON = { PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: '' };
const NODE = ['--disable-warning=ExperimentalWarning'];
const TYPESCRIPT_DRIVER = `${ROOT}test/sdk/support/typescript-driver.ts`;

const COMMANDS: Record<KitName, (progress: Progress) => Promise<[string, string[]]>> = {
  typescript: async () => [process.execPath, [...NODE, TYPESCRIPT_DRIVER]],
  go: async (progress) => [await buildGoDriver(progress), []],
  python: async (progress) => {
    const { python } = await buildPythonKit(progress);
    return [python, [`${PYTHON_KIT}/conformance/main.py`]];
  },
  rust: async (progress) => [await buildRustDriver(progress), []],
};

/** Builds what is not in the cache, and starts each driver once. */
export const startKits = async (
  progress: Progress,
  environment: Record<string, string> = {},
): Promise<RunningKits> => {
  const drivers: Driver[] = [];
  const kits: Kit[] = [];
  for (const name of KIT_NAMES) {
    const [command, args] = await COMMANDS[name](progress);
    const own = name === 'python' ? PYTHON : {};
    const driver = new Driver(command, args, { ...own, ...environment });
    drivers.push(driver);
    kits.push({ name, ask: (request) => driver.ask(request) });
  }
  return {
    kits,
    signal: (signal) => drivers.forEach((driver) => driver.signal(signal)),
    end: async () => {
      await Promise.all(drivers.map((driver) => driver.end()));
    },
  };
};
