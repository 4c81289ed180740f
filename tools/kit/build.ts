// `npm run kit:build`: compiles the kit into sdk/typescript/dist, the one build there is.
import { rmSync } from 'node:fs';
import { ROOT, showCommand } from '../run-command.ts';

const KIT = 'sdk/typescript';
const TSC = 'node_modules/@typescript/native/bin/tsc';

/** From nothing: a file that the sources lost must not stay in the package. */
export async function buildKit(): Promise<{ code: number; ms: number }> {
  rmSync(`${ROOT}${KIT}/dist`, { recursive: true, force: true });
  return showCommand([process.execPath, TSC, '--project', `${KIT}/tsconfig.json`]);
}

if (import.meta.main) {
  const { code, ms } = await buildKit();
  process.stdout.write(`${code === 0 ? '✓' : 'x'} ${KIT}/dist  ${ms} ms\n`);
  process.exitCode = code;
}
