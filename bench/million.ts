import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LOG } from '../test/sdk/support/fact-writer.ts';
import { ROOT_KEY } from '../test/sdk/support/log-writer.ts';
import { run } from '../tools/servers/command.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { KITS } from './kits.ts';
import type { Command, Kit } from './kits.ts';
import { writeFacts } from './million-facts.ts';
import { ratioRow, valueRow } from './row.ts';
import type { Row } from './row.ts';

const TENANTS = 10_000;
const FACTS_PER_TENANT = 100;

const FIGURE = z.object({ name: z.string(), unit: z.string(), value: z.number() });
/** By their names. */
export type Figures = Readonly<Record<string, number>>;

/** A million facts that a plane left on disk: how soon they answer, how fast, and at what cost. */
export async function benchMillion(progress: Progress): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'tenure-million-'));
  try {
    await progress('Writing a million facts', async () =>
      writeFacts(directory, TENANTS, FACTS_PER_TENANT),
    );
    const measured = new Map<Kit, Figures>();
    for (const kit of KITS) {
      const command = await kit.command('measure', progress);
      const figures = await progress(`A million facts in ${kit.name}`, async () => ({
        ...(await measure(command, 'parse', directory)),
        ...(await measure(command, 'plane', directory)),
      }));
      measured.set(kit, figures);
    }
    return toRows(measured);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** In a process of its own, so that neither measures the other's memory. */
async function measure(
  { file, args }: Command,
  mode: 'parse' | 'plane',
  directory: string,
): Promise<Figures> {
  const asked = [mode, directory, String(TENANTS), String(FACTS_PER_TENANT)];
  const env = { TENURE_LOG: LOG, TENURE_ROOT: ROOT_KEY };
  const said = await run(file, [...args, ...asked], { env });
  return Object.fromEntries(
    said
      .trim()
      .split('\n')
      .map((line) => {
        const { name, value } = FIGURE.parse(JSON.parse(line));
        return [name, value];
      }),
  );
}

/** Of every kit that was measured in this run. */
export function toRows(measured: ReadonlyMap<Kit, Figures>): Row[] {
  const typeScript = [...measured].find(([{ name }]) => name === 'TypeScript')?.[1];
  return [...measured].flatMap(([kit, figures]) => rowsOf(kit, figures, typeScript));
}

function rowsOf(kit: Kit, figures: Figures, typeScript: Figures = {}): Row[] {
  const of = (name: string): number => figures[name] ?? Number.NaN;
  const { boundOfParse, boundOfSignatures, boundOfTypeScript } = kit;
  const signaturesMs = (of('signature') * of('facts')) / 1_000;
  const name = `${kit.name}: a million facts`;
  const answering = (to: string, baselineMs: number, bound: number | null): Row =>
    ratioRow(`${name} answering, to ${to}`, 'ms', of('answering'), baselineMs, bound);
  const typeScriptMs = typeScript['answering'] ?? Number.NaN;
  return [
    answering(kit.parser, of('parse'), boundOfParse),
    answering('a signature each', signaturesMs, boundOfSignatures),
    ...(boundOfTypeScript === null
      ? []
      : [answering("TypeScript's", typeScriptMs, boundOfTypeScript)]),
    valueRow(`${name}, all of them unpacked`, 'ms', of('unpacked'), null),
    valueRow(`${name}, memory of each`, 'B', of('memory'), null),
    valueRow(`${name}, decision p50`, 'us', of('decision p50'), null),
    valueRow(`${name}, decision p99`, 'us', of('decision p99'), kit.boundDecisionUs),
  ];
}
