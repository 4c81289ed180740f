import { readFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { goBuild } from '../../../tools/servers/go.ts';
import { quiet } from '../../../tools/servers/progress.ts';

const MODULE = new URL('./', import.meta.url);
const VERSION_CHARS = 16;

/** Its sources name it in the cache: a changed program is built anew. */
const versionOf = (): string => {
  const sources = ['go.mod', 'go.sum', 'main.go'].map((file) =>
    readFileSync(new URL(file, MODULE), 'utf8'),
  );
  return hash('sha256', sources.join('\n')).slice(0, VERSION_CHARS);
};

/** Builds the program that asks Go's log libraries; gives the path of its executable. */
export const buildGoLog = (): Promise<string> => {
  const what = "the questions to Go's log libraries";
  const tool = { name: 'go-log', version: versionOf(), what, binary: 'go-log' };
  return goBuild(tool, MODULE, '.', quiet);
};
