import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath } from './command.ts';
import { ServerError } from './errors.ts';
import { oldestJava } from './versions.ts';

const JVM_FOLDERS = ['/usr/lib/jvm', '/opt/java', '/Library/Java/JavaVirtualMachines'];

/** JAVA_HOME, `java` on the PATH or the newest installed JDK, whichever first is new enough. */
export function findJavaHome(neededBy: string): string {
  const fromEnvironment = process.env['JAVA_HOME'];
  const onPath = findOnPath('java');
  const preferred = [
    ...(fromEnvironment ? [fromEnvironment] : []),
    ...(onPath === undefined ? [] : [dirname(dirname(realpathSync(onPath)))]),
  ];
  const installed = JVM_FOLDERS.filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .flatMap((folder) => [folder, join(folder, 'Contents', 'Home')])
    .toSorted((a, b) => (majorOf(b) ?? 0) - (majorOf(a) ?? 0));
  const found = [...preferred, ...installed].find((home) => (majorOf(home) ?? 0) >= oldestJava);
  if (found !== undefined) return found;
  const advice = 'install one (https://adoptium.net) or set JAVA_HOME';
  throw new ServerError(
    'missing-tool',
    `${neededBy} needs Java ${oldestJava} or newer: ${advice}.`,
  );
}

/** Each JDK says its version in the file `release`; asking `java` itself takes much longer. */
function majorOf(home: string): number | undefined {
  try {
    const release = readFileSync(join(home, 'release'), 'utf8');
    const major = /^JAVA_VERSION="(\d+)/m.exec(release)?.[1];
    return major === undefined ? undefined : Number(major);
  } catch {
    return undefined;
  }
}
