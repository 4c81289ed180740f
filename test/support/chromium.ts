import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { fromDebian } from '../../tools/servers/debian.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { debianPackages } from '../../tools/servers/versions.ts';

/** A real browser without a window. */
export async function startChromium(): Promise<Browser> {
  const executablePath = await fromDebian('chromium', 'Chromium', debianPackages.chromium, quiet);
  // Its sandbox refuses to run as root, which test machines often are.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}
