import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UUID } from '../../facts/core/formats.ts';
import { PortError } from '../../ports/call.ts';
import type { Exports } from '../../ports/exports.ts';

/** Personal data: nobody but the registry's own user reads it. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * A folder that API and workers share, with a file `<tenant>.json` for each document. A file is
 * whole and on the disk before it has its name, and its name is durable before the answer.
 */
export function createExportFolder(directory: string): Exports {
  const pathOf = (tenant: string) => {
    if (!UUID.test(tenant)) throw new TypeError('a tenant is a UUID');
    return join(directory, `${tenant}.json`);
  };
  return {
    put: (tenant, document, signal) =>
      onDisk(async () => {
        const path = pathOf(tenant);
        const draft = `${path}.${randomUUID()}.new`;
        await mkdir(directory, { recursive: true, mode: FOLDER_MODE });
        try {
          await writeFile(draft, document, { flush: true, mode: FILE_MODE, signal });
          await rename(draft, path);
        } finally {
          await rm(draft, { force: true });
        }
        await sync(directory);
      }),
    find: (tenant, signal) =>
      onDisk(() =>
        readFile(pathOf(tenant), { encoding: 'utf8', signal }).catch(undefinedWhereAbsent),
      ),
    remove: (tenant) =>
      onDisk(async () => {
        await rm(pathOf(tenant), { force: true });
        await sync(directory).catch(undefinedWhereAbsent);
      }),
    probe: () =>
      onDisk(async () => {
        await mkdir(directory, { recursive: true, mode: FOLDER_MODE });
        await access(directory, constants.W_OK);
      }),
  };
}

/** Where no folder is configured: a tenant that wants to leave stays until there is one. */
export function createMissingFolder(): Exports {
  const refuse = () =>
    Promise.reject(new PortError('exports', 'forbidden', 'EXPORT_DIR is not set'));
  // Nothing was ever put there.
  const nothing = () => Promise.resolve(undefined);
  return { put: refuse, find: nothing, remove: nothing, probe: refuse };
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof TypeError) throw cause;
    const isRefused = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(codeOf(cause));
    const code = isRefused ? 'forbidden' : 'unavailable';
    throw new PortError('exports', code, 'the folder of exports does not work', { cause });
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | null)?.code);
}

function undefinedWhereAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** A name is durable when its folder is. */
async function sync(directory: string): Promise<void> {
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
