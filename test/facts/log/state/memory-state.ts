import { toHex } from '../../../../facts/core/bytes.ts';
import { growState } from '../../../../facts/log/state/grow.ts';
import type { TenantChange } from '../../../../facts/log/state/grow.ts';
import type { Growth, Nodes, Reading } from '../../../../facts/log/state/grow-tree.ts';
import { shardScope, StateWalk } from '../../../../facts/log/state/walk.ts';
import type { Scope, TenantState } from '../../../../facts/log/state/walk.ts';

/** The nodes of a state tree in memory, as a registry keeps them: only what is referenced. */
export class MemoryState {
  readonly nodes = new Map<string, Uint8Array>();
  root: Uint8Array | null = null;
  /** Nodes that were asked for so far. */
  reads = 0;
  /** What the last change did. */
  growth: Growth = { written: new Map(), replaced: new Set() };

  change(changes: readonly TenantChange[]): Uint8Array {
    this.growth = { written: new Map(), replaced: new Set() };
    const root = this.#run(growState(this.root, changes, this.growth));
    for (const [name, node] of this.growth.written) this.nodes.set(name, node);
    for (const name of this.growth.replaced) this.nodes.delete(name);
    this.root = root;
    return root;
  }

  /** Every tenant of a part of the tree, verified; all of them by default. */
  walk(scope: Scope = shardScope(() => true)): TenantState[] {
    const walk = new StateWalk(this.root ?? new Uint8Array(), scope);
    const found: TenantState[] = [];
    for (let wanted = walk.next(); wanted !== undefined; wanted = walk.next()) {
      found.push(...walk.take(wanted, this.nodes.get(toHex(wanted.hash)) ?? new Uint8Array()));
    }
    return found;
  }

  #run<T>(reading: Reading<T>): T {
    let step = reading.next();
    while (step.done !== true) {
      this.reads += step.value.length;
      const read: Nodes = new Map(
        step.value.map((hash) => {
          const name = toHex(hash);
          const node = this.nodes.get(name) ?? this.growth.written.get(name);
          if (node === undefined) throw new Error(`no node ${name}`);
          return [name, node];
        }),
      );
      step = reading.next(read);
    }
    return step.value;
  }
}
