import { existsSync } from 'node:fs';
import { findOnPath, run } from './command.ts';
import { ServerError } from './errors.ts';
import type { Progress } from './progress.ts';

/** Servers live where an ordinary user's PATH does not look. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];
const LOCK_WAIT_S = 600;
const POLICY = '/usr/sbin/policy-rc.d';
/** invoke-rc.d(8): 101 = action not allowed. */
const DENY_SERVICES = '#!/bin/sh\nexit 101\n';

/**
 * The executable from the PATH; on Debian its packages are installed when it is missing. Their
 * system services are neither started nor left enabled: we start our own with our own data.
 */
export async function fromDebian(
  binary: string,
  what: string,
  packages: readonly string[],
  progress: Progress,
): Promise<string> {
  const found = findOnPath(binary, SERVER_FOLDERS);
  if (found !== undefined) return found;
  await progress(`Installing ${what}`, () => install(what, packages));
  const installed = findOnPath(binary, SERVER_FOLDERS);
  if (installed !== undefined) return installed;
  throw new ServerError('missing-tool', `${what}: ${packages.join(', ')} brought no ${binary}.`);
}

async function install(what: string, packages: readonly string[]): Promise<void> {
  const asRoot = await rootPrefix(what, packages);
  const apt = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q'];
  apt.push('-o', `DPkg::Lock::Timeout=${LOCK_WAIT_S}`);
  const ours = !existsSync(POLICY);
  if (ours)
    await call([...asRoot, 'sh', '-c', `cat > ${POLICY} && chmod 755 ${POLICY}`], DENY_SERVICES);
  try {
    const command = [...apt, 'install', '-y', '--no-install-recommends', ...packages];
    await call(command).catch(async () => {
      await call([...apt, 'update']); // a fresh image has no package lists, an old one stale ones
      await call(command);
    });
  } finally {
    if (ours) await call([...asRoot, 'rm', '-f', POLICY]);
  }
  if (existsSync('/run/systemd/system')) await disableServices(asRoot, packages);
}

async function disableServices(
  asRoot: readonly string[],
  packages: readonly string[],
): Promise<void> {
  const files = await call(['dpkg', '-L', ...packages]);
  const units = files.split('\n').flatMap((file) => {
    const unit = /\/systemd\/system\/([^/@]+\.service)$/.exec(file)?.[1];
    return unit === undefined ? [] : [unit];
  });
  if (units.length > 0) await call([...asRoot, 'systemctl', 'disable', '--now', ...units]);
}

/** How to run a command as root: as we are, or by a sudo that asks for no password. */
async function rootPrefix(what: string, packages: readonly string[]): Promise<string[]> {
  const names = packages.join(' ');
  if (findOnPath('apt-get') === undefined) {
    const advice = `put it on the PATH (Debian's packages: ${names})`;
    throw new ServerError('missing-tool', `${what} is not installed: ${advice}.`);
  }
  if (process.getuid?.() === 0) return [];
  const sudo = findOnPath('sudo');
  const allowed =
    sudo === undefined
      ? false
      : await run(sudo, ['-n', 'true']).then(
          () => true,
          () => false,
        );
  if (sudo !== undefined && allowed) return [sudo, '-n'];
  const advice = `run: sudo apt-get install --no-install-recommends ${names}`;
  throw new ServerError('missing-tool', `${what} is not installed: ${advice}`);
}

function call([command, ...args]: readonly string[], input?: string): Promise<string> {
  return run(command as string, args, input === undefined ? {} : { input });
}
