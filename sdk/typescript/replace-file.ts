import { renameSync, writeFileSync } from 'node:fs';

/** Puts a file in place of another one, whole or not at all. */
export const replaceFile = (path: string, content: string | Uint8Array): void => {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
};
