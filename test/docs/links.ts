import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FENCED = /^```[\s\S]*?^```$/gm;
const FILES = /^```\w+ \S+\n[\s\S]*?^```$/gm;
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const SCRIPT = /\bnpm run (?:-s )?([a-z][a-z:-]*)|\bnpm (start|test)\b/g;
const EXTERNAL = /^[a-z]+:/;

/** Relative links of a page whose file, folder or heading is not there. */
export function brokenLinks(root: string, path: string, read: (path: string) => string): string[] {
  const words = read(path).replaceAll(FENCED, '');
  return [...words.matchAll(LINK)]
    .map(([, link = '']) => link)
    .filter((link) => !EXTERNAL.test(link))
    .filter((link) => {
      const [file = '', heading] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (file !== '' && !existsSync(join(root, target))) return true;
      return heading !== undefined && !headingsOf(read(target)).has(heading);
    });
}

/** Anchors as GitHub makes them. */
function headingsOf(page: string): Set<string> {
  const titles = page.replaceAll(FENCED, '').matchAll(/^#+ (.+)$/gm);
  const anchorOf = (title: string) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-');
  return new Set([...titles].map(([, title = '']) => anchorOf(title)));
}

/** Scripts of package.json that a page names. */
export function scriptsNamed(page: string): string[] {
  return [...page.matchAll(SCRIPT)].map(([, run, plain]) => run ?? plain ?? '');
}

/**
 * Environment variables that a page names: in `code`, or set in a block of commands. A block that
 * is a file of the reader's may have its own.
 */
export function variablesNamed(page: string): string[] {
  const code = [...page.replaceAll(FILES, '').matchAll(/^```[\s\S]*?^```$|`[^`\n]+`/gm)].map(
    ([text]) => text,
  );
  return code.flatMap((text) => text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? []);
}
