import { buildGoProgram } from '../tools/kit/go.ts';
import { buildPythonKit, PYTHON_KIT } from '../tools/kit/python.ts';
import { buildRustProgram } from '../tools/kit/rust.ts';
import { ROOT } from '../tools/run-command.ts';
import type { Progress } from '../tools/servers/progress.ts';

/**
 * Of each kit: `measure parse|plane DIRECTORY TENANTS FACTS_PER_TENANT` prints what a directory of
 * many facts costs; `listen` follows a registry and tells when facts were applied.
 */
export type Program = 'listen' | 'measure';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

export interface Kit {
  readonly name: string;
  /** The language's own JSON parser, that facts are compared with. */
  readonly parser: string;
  /** Bounds of DESIGN 8. */
  readonly boundOfParse: number;
  readonly boundDecisionUs: number;
  /** Builds what is not in the cache. */
  command(program: Program, progress: Progress): Promise<Command>;
}

const BOUNDS = { boundOfParse: 1, boundDecisionUs: 2 };
const NODE = ['--expose-gc', '--disable-warning=ExperimentalWarning'];

export const KITS: readonly Kit[] = [
  {
    ...{ name: 'TypeScript', parser: 'JSON.parse', ...BOUNDS },
    command: (program) => {
      const entry = program === 'measure' ? 'million-main.ts' : 'listener-main.ts';
      return Promise.resolve({ file: process.execPath, args: [...NODE, `${ROOT}bench/${entry}`] });
    },
  },
  {
    ...{ name: 'Go', parser: 'encoding/json', ...BOUNDS },
    command: async (program, progress) => {
      return { file: await buildGoProgram(program, progress), args: [] };
    },
  },
  {
    ...{ name: 'Python', parser: 'json.loads', boundOfParse: 2, boundDecisionUs: 10 },
    command: async (program, progress) => {
      const { python } = await buildPythonKit(progress);
      return { file: python, args: ['-B', `${PYTHON_KIT}/bench/${program}.py`] };
    },
  },
  {
    ...{ name: 'Rust', parser: 'serde_json', ...BOUNDS },
    command: async (program, progress) => {
      return { file: await buildRustProgram(program, progress), args: [] };
    },
  },
];
