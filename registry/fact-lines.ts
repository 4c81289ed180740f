import { formatEnvelope } from '../facts/core/envelope.ts';
import { formatLine } from '../facts/core/line.ts';
import type { FactBatch } from '../ports/fact-stream.ts';
import type { SignedFact } from '../ports/fact-log.ts';

/** One message stays well below the 1 MiB that a NATS server takes by default. */
const BATCH_MAX_CHARS = 256 * 1024;

/** `<shard position> <index> <envelope>`: what JetStream and `GET /v1/facts` carry (DESIGN 4.5). */
export function lineOf(fact: SignedFact): string {
  const envelope = formatEnvelope(fact);
  return formatLine({ position: fact.position, index: fact.index, envelope });
}

/** Groups facts by shard in the order of their positions; large shards make several batches. */
export function batchesOf(facts: readonly SignedFact[], epoch: number): FactBatch[] {
  const batches: FactBatch[] = [];
  for (const ofShard of Map.groupBy(facts, (fact) => fact.shard).values()) {
    let open: SignedFact[] = [];
    let lines: string[] = [];
    let chars = 0;
    const close = () => {
      const [first, last] = [open[0], open.at(-1)];
      if (first === undefined || last === undefined) return;
      batches.push({ shard: first.shard, epoch, first: first.index, last: last.index, lines });
      [open, lines, chars] = [[], [], 0];
    };
    for (const fact of ofShard) {
      const line = lineOf(fact);
      if (chars + line.length > BATCH_MAX_CHARS) close();
      open.push(fact);
      lines.push(line);
      chars += line.length;
    }
    close();
  }
  return batches;
}
