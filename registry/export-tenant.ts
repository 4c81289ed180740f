import { concatBytes, toBase64, utf8 } from '../facts/core/bytes.ts';
import { parseCheckpoint } from '../facts/log/checkpoint.ts';
import { textOfNote } from '../facts/log/note.ts';
import { planInclusion, readProof } from '../facts/log/prove.ts';
import type { NodeAt } from '../facts/log/subtree.ts';
import { nodeInTile, tileOfNode } from '../facts/log/tiles.ts';
import { PortError } from '../ports/call.ts';
import type { Exports } from '../ports/exports.ts';
import type { FactFinding, SignedFact } from '../ports/fact-log.ts';
import type { LogReading } from '../ports/log-store.ts';
import type { OffboardingStore, TenantRows } from '../ports/offboarding-store.ts';
import { lineOf } from './fact-lines.ts';

/** Changes with whatever a reader of an older one would not understand. */
export const EXPORT_FORMAT = 'tenure-export/1';

export interface ExportPorts {
  readonly offboarding: Pick<OffboardingStore, 'readRows'>;
  readonly factLog: FactFinding & LogReading;
  readonly exports: Exports;
}

/**
 * Keeps everything of a tenant that is its own: its rows, and the facts of its chain with what
 * proves them: key sets, a signed checkpoint, and for each fact its inclusion in that tree. Facts
 * that no checkpoint covers yet are waited for (`unavailable`). Repeatable.
 */
export async function exportTenant(
  { offboarding, factLog, exports }: ExportPorts,
  tenant: string,
  signal: AbortSignal,
): Promise<void> {
  const rows = await offboarding.readRows(tenant);
  // Rows are never deleted.
  if (rows === undefined) throw new Error(`no tenant ${tenant}`);
  const { facts } = await factLog.findFacts({ chainOf: tenant });
  const checkpoint = await factLog.findNote('checkpoint');
  const size = checkpoint === undefined ? 0 : sizeOf(checkpoint);
  const isCovered = facts.every(({ index }) => index < size);
  if (checkpoint === undefined || facts.length < rows.facts || !isCovered) {
    const message = 'no signed checkpoint covers all facts of the tenant yet';
    throw new PortError('exports', 'unavailable', message);
  }
  const document = {
    format: EXPORT_FORMAT,
    ...rowsOf(rows),
    facts: facts.map(lineOf),
    checkpoint,
    keySets: await keySetsOf(factLog),
    proofs: await proofsOf(factLog, facts, size),
  };
  await exports.put(tenant, JSON.stringify(document), signal);
}

function rowsOf({ tenant, members, invitations, domains, sales }: TenantRows) {
  const { createdAtMs, offboarding: _, archivedAtMs: _notYet, ...row } = tenant;
  return {
    tenant: { ...row, createdAt: timeOf(createdAtMs) },
    members: members.map(({ tenant: _own, ...member }) => member),
    invitations: invitations.map(
      ({ tenant: _own, invitedAtMs, expiresAtMs, endedAtMs, ...invitation }) => ({
        ...invitation,
        ...{ invitedAt: timeOf(invitedAtMs), expiresAt: timeOf(expiresAtMs) },
        endedAt: timeOf(endedAtMs),
      }),
    ),
    // Not to whom a name was lost: that is another tenant's.
    domains: domains.map(({ id, name, state, claimedAtMs }) => ({
      ...{ id, name, state, claimedAt: timeOf(claimedAtMs) },
    })),
    entitlements: sales.entitlements.map(({ tenant: _own, ...entitlement }) => entitlement),
    usage: sales.usage.map(({ tenant: _own, ...used }) => used),
    productRequests: sales.requests.map(({ tenant: _own, ...request }) => request),
    trial: sales.trial && { state: sales.trial.state, endsAt: timeOf(sales.trial.endsAtMs) },
  };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function sizeOf(checkpoint: string): number {
  return parseCheckpoint(textOfNote(utf8(checkpoint))).size;
}

/** From the first on: who knows the first root comes by them to the newest. */
async function keySetsOf(log: LogReading): Promise<string[]> {
  const notes: string[] = [];
  for (let version = 1; ; version += 1) {
    const note = await log.findKeySet(version);
    if (note === undefined) return notes;
    notes.push(note);
  }
}

/** Of each fact the hashes from its leaf's neighbour up (RFC 9162, 2.1.3), base64. */
async function proofsOf(
  log: LogReading,
  facts: readonly SignedFact[],
  size: number,
): Promise<string[][]> {
  const plans = facts.map(({ index }) => planInclusion(index, size));
  const tiles = new Map<string, Uint8Array>();
  const hashes = new Map<string, Uint8Array>();
  for (const node of plans.flat(2)) {
    if (hashes.has(keyOf(node))) continue;
    const tile = tileOfNode(node, size);
    const key = `${tile.level}/${tile.index}`;
    const bytes = tiles.get(key) ?? concatBytes(...(await log.readTile(tile)));
    tiles.set(key, bytes);
    hashes.set(keyOf(node), nodeInTile(node, tile, bytes));
  }
  const read = (node: NodeAt) => hashes.get(keyOf(node)) ?? new Uint8Array();
  return plans.map((plan) => readProof(plan, read).map(toBase64));
}

function keyOf({ level, index }: NodeAt): string {
  return `${level}/${index}`;
}
