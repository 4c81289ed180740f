import type { Findings, Recovery } from '../registry/recover.ts';
import { formatFields, formatTable } from './format.ts';

export function findingLines({ database, checkpoint, seen, found, refused }: Findings): string {
  const rows = [
    ['database', `${database} facts`],
    ['checkpoint', checkpoint === undefined ? 'none was kept' : `${checkpoint} facts were signed`],
    ['copies', `${seen} facts, ${found} of the missing ones verified`],
  ] as const;
  const bad = refused === 0 ? [] : [['refused', `${refused} lines that do not verify`] as const];
  return `${formatFields([...rows, ...bad])}\n\n`;
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What was done, what facts cannot tell, and what a person should look at. */
export function recoveryLines(recovery: Recovery): string {
  return [...doneLines(recovery), ...lostLines(recovery), ...operationLines(recovery)].join('\n');
}

function doneLines({ imported, keySets, epoch, isNewEpoch, rewritten, dropped }: Recovery) {
  const nothing = imported === 0 && keySets === 0;
  const lines = nothing
    ? ['Nothing is missing.']
    : [`Imported ${plural(imported, 'fact')} and ${plural(keySets, 'key set')}.`];
  if (isNewEpoch) lines.push(`Epoch ${epoch} has begun: data planes read the log anew.`);
  if (rewritten > 0) lines.push(`${plural(rewritten, 'unsigned fact')} got another place.`);
  for (const { tenant, kind, subject } of dropped)
    lines.push(
      `Dropped an unsigned ${kind} fact: a signed one of ${subject}, ${tenant}, is newer.`,
    );
  return lines;
}

function lostLines({ imported, isNewEpoch, nameless }: Recovery): string[] {
  if (imported === 0 && !isNewEpoch) return [];
  const lines = [
    'Facts hold no operations, audit rows, e-mail addresses and secrets: what the backup lacks of',
    'them is lost.',
  ];
  for (const id of nameless)
    lines.push(`Tenant ${id} is named by its slug: display name, host and database are unknown.`);
  return lines;
}

function operationLines({ operations }: Recovery): string[] {
  if (operations.length === 0) return ['No operation is open.'];
  const rows = operations.map(({ id, kind, tenant, state }) => [id, kind, tenant, state]);
  return [
    'Look at these open operations: what they did outside may be newer than this database.',
    formatTable(['OPERATION', 'KIND', 'TENANT', 'STATE'], rows),
  ];
}
