import { parsePayload } from '../facts/core/payload.ts';
import type { Fact } from '../facts/core/types.ts';
import type { FactFinding, FactQuestion, SignedFact } from '../ports/fact-log.ts';
import type { Coverage, PlaneStore } from '../ports/plane-store.ts';

/**
 * `applied`: its newest receipt covers all that it follows of the facts. `missing`: not, or not any
 * more. `silent`: no receipt ever came. `elsewhere`: it follows none of the shards.
 */
export type PlaneStanding = 'applied' | 'missing' | 'silent' | 'elsewhere';

export interface PlaneWhere {
  readonly plane: string;
  readonly standing: PlaneStanding;
  /** Of the receipt since which all cover them; the facts were applied by then. */
  readonly sinceMs: number | null;
  /** Of the newest receipt. */
  readonly heardMs: number | null;
}

export interface WhereAnswer {
  readonly facts: readonly {
    readonly fact: Fact;
    readonly index: number;
    readonly shard: number;
  }[];
  /** Facts of the operation that are not signed yet: no plane has those, whatever stands here. */
  readonly pending: number;
  readonly planes: readonly PlaneWhere[];
}

export interface WherePorts {
  readonly planes: Pick<PlaneStore, 'coverageOf' | 'listPlanes'>;
  readonly facts: FactFinding;
}

/** Which planes have applied these facts, and since when. Undefined: there are no such facts. */
export async function whereFacts(
  question: FactQuestion,
  { planes, facts }: WherePorts,
): Promise<WhereAnswer | undefined> {
  const found = await facts.findFacts(question);
  if (found.facts.length + found.pending === 0) return undefined;
  const placed = found.facts.map(placeOf);
  const perFact = await Promise.all(
    placed.map(async ({ fact, index, shard }) => ({
      shard,
      coverage: await planes.coverageOf({ epoch: fact.epoch, index, shard }),
    })),
  );
  const known = await planes.listPlanes();
  const standings = known.map(({ name, newest }): PlaneWhere => {
    const heardMs = newest?.atMs ?? null;
    if (newest === undefined) return { plane: name, standing: 'silent', sinceMs: null, heardMs };
    const followed = perFact.filter(({ shard }) => newest.shards.includes(shard));
    const firsts = followed.map(({ coverage }) => firstOf(coverage, name));
    return { plane: name, heardMs, ...standingOf(firsts) };
  });
  return { facts: placed, pending: found.pending, planes: standings };
}

function placeOf({ payload, index, shard }: SignedFact) {
  return { fact: parsePayload(payload), index, shard };
}

function firstOf(coverage: readonly Coverage[], plane: string): number | undefined {
  return coverage.find(({ name }) => name === plane)?.firstAtMs;
}

/** By the times since when the facts that a plane follows are covered. */
function standingOf(
  firsts: readonly (number | undefined)[],
): Pick<PlaneWhere, 'standing' | 'sinceMs'> {
  if (firsts.length === 0) return { standing: 'elsewhere', sinceMs: null };
  const times = firsts.filter((first) => first !== undefined);
  if (times.length < firsts.length) return { standing: 'missing', sinceMs: null };
  return { standing: 'applied', sinceMs: Math.max(...times) };
}
