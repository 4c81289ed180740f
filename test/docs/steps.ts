import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a reader of a how-to does, block by block: a file of its own, a change, or commands. */
export type Step =
  | { readonly type: 'file'; readonly path: string; readonly text: string }
  | { readonly type: 'change'; readonly path: string; readonly text: string }
  | { readonly type: 'commands'; readonly text: string };

const BLOCKS = /^```(?:(ts|diff) (\S+)|(sh))\n([\s\S]*?)^```$/gm;

/** ` ```ts <path> ` is a whole file, ` ```diff <path> ` a change; blocks without a path are words. */
export function parseSteps(markdown: string): Step[] {
  return [...markdown.matchAll(BLOCKS)].map(([, language, path, , text = '']) => {
    if (path === undefined) return { type: 'commands', text };
    return { type: language === 'ts' ? 'file' : 'change', path, text };
  });
}

/** Does the first two kinds in `folder`. Throws when a change fits nowhere, or in two places. */
export function edit(folder: string, { path, type, text }: Exclude<Step, { type: 'commands' }>) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, type === 'file' ? text : change(readFileSync(file, 'utf8'), path, text));
}

function change(source: string, path: string, diff: string): string {
  return diff.split(/^@@\n/m).reduce((text, hunk) => {
    const lines = hunk.split('\n').slice(0, -1);
    const side = (sign: string) =>
      lines.flatMap((line) => (/^[ +-]/.test(line) && line[0] !== sign ? [line.slice(1)] : []));
    const [before, after] = [`${side('+').join('\n')}\n`, `${side('-').join('\n')}\n`];
    const [head, tail, ...more] = `\n${text}`.split(`\n${before}`);
    if (head === undefined || tail === undefined || more.length > 0)
      throw new Error(
        `${path} has these lines ${more.length > 0 ? 'twice' : 'nowhere'}:\n${before}`,
      );
    return `${head}\n${after}${tail}`.slice(1);
  }, source);
}
