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
  /** Bounds of DESIGN 8; null: none is set. */
  readonly boundOfParse: number;
  /** Of what a signature for each fact would take. */
  readonly boundOfSignatures: number | null;
  /** Of what TypeScript takes. */
  readonly boundOfTypeScript: number | null;
  readonly boundDecisionUs: number;
  /** Builds what is not in the cache. */
  command(program: Program, progress: Progress): Promise<Command>;
}

const TYPESCRIPT = { boundOfParse: 1, boundOfSignatures: 0.01, boundOfTypeScript: null };
const COMPILED = { boundOfParse: 1, boundOfSignatures: null, boundOfTypeScript: 1 };
const PYTHON = { boundOfParse: 2, boundOfSignatures: null, boundOfTypeScript: null };
const NODE = ['--expose-gc', '--disable-warning=ExperimentalWarning'];

export const KITS: readonly Kit[] = [
  {
    ...{ name: 'TypeScript', parser: 'JSON.parse', ...TYPESCRIPT, boundDecisionUs: 2 },
    command: (program) => {
      const entry = program === 'measure' ? 'million-main.ts' : 'listener-main.ts';
      return Promise.resolve({ file: process.execPath, args: [...NODE, `${ROOT}bench/${entry}`] });
    },
  },
  {
    ...{ name: 'Go', parser: 'encoding/json', ...COMPILED, boundDecisionUs: 2 },
    command: async (program, progress) => {
      return { file: await buildGoProgram(program, progress), args: [] };
    },
  },
  {
    ...{ name: 'Python', parser: 'json.loads', ...PYTHON, boundDecisionUs: 10 },
    command: async (program, progress) => {
      const { python } = await buildPythonKit(progress);
      return { file: python, args: ['-B', `${PYTHON_KIT}/bench/${program}.py`] };
    },
  },
  {
    ...{ name: 'Rust', parser: 'serde_json', ...COMPILED, boundDecisionUs: 2 },
    command: async (program, progress) => {
      return { file: await buildRustProgram(program, progress), args: [] };
    },
  },
];
