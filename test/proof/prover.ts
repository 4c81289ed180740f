import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isEnded } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { eventually } from '../support/eventually.ts';
import { stretched } from '../support/faults/healing.ts';
import { isStrike, isWait, nameOf, refuserOf, rowOf, unwinds } from './cells.ts';
import type { Break, Cell } from './cells.ts';
import { checkSaga, checkWorld, isUnseen } from './invariants/check.ts';
import type { Subject } from './invariants/subject.ts';
import type { PlannedBreak } from './orders.ts';
import type { RealOutside } from './real-outside.ts';
import { storyOf } from './stories.ts';
import { provision } from './story.ts';
import type { Request, Stage, Story } from './story.ts';
import { Striker } from './striker.ts';
import { startProofWorld } from './world.ts';
import type { ProofWorld } from './world.ts';

/** DESIGN 9, I2: within 120 s of the fault's end. */
const ENDS_WITHIN_MS = 120_000;
/** A look at everything waits for those before it: they go one at a time. */
const ACCEPTED_WITHIN_MS = 240_000;
const LOOK_EVERY_MS = 50;
const CHECK_AGAIN_MS = 1_000;
const SEEN_LOOKS = 2;
const UNSEEN_LOOKS = 20;

export interface Outcome {
  readonly cell: string;
  /** `nothing`: all holds, but a message that could be broken was not sent. */
  readonly result: 'holds' | 'broken' | 'nothing';
  readonly findings: readonly string[];
  readonly ms: number;
}

interface Running {
  readonly cell: Cell;
  readonly breaks: readonly PlannedBreak[];
}

/** A saga that has ended, and which of its breaks came about. */
export interface Lived extends Subject {
  readonly breaks: readonly PlannedBreak[];
  /** It skipped steps with reason; another one, unbroken, did them. */
  readonly excused: boolean;
}

/** Breaks sagas as it is told, and looks at what is left. */
export class Prover {
  readonly world: ProofWorld;
  readonly striker: Striker;
  readonly #running: Map<string, Running>;
  readonly #outside: RealOutside | undefined;

  private constructor(
    world: ProofWorld,
    striker: Striker,
    running: Map<string, Running>,
    outside: RealOutside | undefined,
  ) {
    this.world = world;
    this.striker = striker;
    this.#running = running;
    this.#outside = outside;
  }

  /**
   * `outside`: real servers in the place of the embedded systems; the caller stops them. `seals`:
   * what sagas tell Temporal is sealed, as in production.
   */
  static async start(outside?: RealOutside, seals = true): Promise<Prover> {
    const running = new Map<string, Running>();
    const found = (operation: string, index: number) => running.get(operation)?.breaks[index];
    let striker: Striker | undefined;
    const world = await startProofWorld(
      {
        reached: (operation, index, process) => {
          const { cell, breaks } = running.get(operation) ?? {};
          const planned = breaks?.[index];
          if (cell === undefined || planned === undefined) return;
          const server = ownServer(outside, cell, planned);
          const release = () => world.commander.release(operation, index);
          striker?.reached({ planned, process, server, release });
        },
        hit: (operation, index) => {
          const planned = found(operation, index);
          if (planned !== undefined) planned.spent = true;
        },
      },
      outside,
      seals,
    );
    striker = new Striker(world.stack, world.timing.attemptTimeoutMs);
    return new Prover(world, striker, running, outside);
  }

  /** One saga from its acceptance to its end, broken as the cell says, and what then holds. */
  async prove(cell: Cell, story = storyOf(cell)): Promise<Outcome> {
    const startedMs = performance.now();
    const judged = await this.#judge(cell, story).catch((error: unknown) => ({
      ...{ result: 'broken' as const, findings: [String(error)] },
    }));
    const ms = Math.round(performance.now() - startedMs);
    return { cell: nameOf(cell), ...judged, ms };
  }

  /** Everything at once, when all sagas have ended. */
  async proveAll(): Promise<readonly string[]> {
    await this.striker.quiet();
    return checkWorld(this.world);
  }

  async #judge(cell: Cell, story: Story): Promise<Pick<Outcome, 'result' | 'findings'>> {
    const { breaks, excused, ...subject } = await this.live(cell, story);
    const wanted = unwinds(cell) ? 'unwound' : 'done';
    const { state } = subject.operation;
    const wrong = [
      ...(state === wanted ? [] : [`I2: the saga is ${state}, not ${wanted}`]),
      ...(await this.check(subject)),
    ];
    const unmet = breaks.filter(({ spent }) => !spent);
    const missed = unmet.filter((each) => !excused && !isWait(cell, each));
    const findings = [
      ...missed.map(({ at, fault, place }) => `it never came to ${at}: ${fault} at ${place}`),
      ...wrong,
    ];
    if (findings.length > 0) return { result: 'broken', findings };
    return { result: unmet.length > 0 ? 'nothing' : 'holds', findings };
  }

  /** From acceptance to end, whatever goes wrong. */
  async live(cell: Cell, story = storyOf(cell)): Promise<Lived> {
    const stage = await this.#stageFor(story);
    const request = await story.prepare(stage);
    const accepted = await this.#accept(request);
    const breaks = cell.breaks.map((each) => {
      const struck = isStrike(each, ownServer(this.#outside, cell, each) !== undefined);
      // A blow at a wait is not told to the processes: no activity can be held there.
      return { ...each, struck, spent: struck && isWait(cell, each) };
    });
    await story.bend?.(stage, accepted);
    await this.#order(cell, accepted, breaks);
    await this.world.start(accepted);
    await story.begun?.(stage, accepted);
    await this.#strikeWaits(cell, accepted, breaks);
    await story.meanwhile?.(stage, accepted);
    const operation = await this.#ended(accepted);
    this.world.commander.forget(operation.id);
    this.#running.delete(operation.id);
    const excused = (await story.again?.(stage, operation)) ?? false;
    // One that did not see everything has nothing to commit.
    const told = excused ? { ...story, commitsNothing: true as const } : story;
    return { operation, story: told, request, breaks, excused };
  }

  /**
   * Looks again when a blow fell meanwhile, and once more in any case: what is being mended may be
   * wrong for a moment, and so may connections of whoever looks. What stays wrong is wrong, and so
   * is what stays unseen: a server that was killed may answer wrongly for some seconds.
   */
  async check(subject: Subject): Promise<string[]> {
    for (let looks = 1; ; looks += 1) {
      await this.striker.quiet();
      const { blows } = this.striker;
      const findings = await checkSaga(this.world, subject);
      if (findings.length === 0) return findings;
      const enough = findings.some(isUnseen) ? UNSEEN_LOOKS : SEEN_LOOKS;
      if (looks >= enough && blows === this.striker.blows) return findings;
      await sleep(CHECK_AGAIN_MS);
    }
  }

  async #stageFor(story: Story): Promise<Stage<ProofWorld>> {
    const before: Stage['before'] = (request, refuses) => this.#lived(request, refuses);
    const stage = { world: this.world, caller: aCaller(), before };
    if (story.makesTenant === true) return stage as Stage<ProofWorld>;
    return { ...stage, made: await this.tenant() };
  }

  /** A tenant that is there; whoever strikes meanwhile only delays it. */
  tenant(): Promise<Operation> {
    return this.#lived(provision({ world: this.world, caller: aCaller() }, 'silo'));
  }

  async #lived(request: Request, refuses?: string): Promise<Operation> {
    const accepted = await this.#accept(request);
    if (refuses !== undefined)
      await this.world.commander.order({ operation: accepted.id, breaks: [], refuses });
    await this.world.start(accepted);
    return this.#ended(accepted);
  }

  /** As the API's caller does: again, with the same key, until there is an answer. */
  #accept(request: Request): Promise<Operation> {
    return eventually(
      async () => {
        const answer = await request();
        if (answer.outcome === 'accepted' || answer.outcome === 'replayed') return answer.operation;
        if (answer.outcome === 'tenant-busy') await this.#startBegun(answer.by);
        throw new Error(`not accepted: ${JSON.stringify(answer)}`);
      },
      { withinMs: stretched(ACCEPTED_WITHIN_MS), everyMs: LOOK_EVERY_MS, what: 'the acceptance' },
    );
  }

  /** Nothing else starts what a sweep accepted and did not live to start: here is no starter. */
  async #startBegun(id: string): Promise<void> {
    const operation = await this.world.api.operations.findOperation(id);
    if (operation?.kind === 'reconcileTenant' && operation.state === 'accepted')
      await this.world.start(operation);
  }

  async #order(cell: Cell, { id }: Operation, breaks: readonly PlannedBreak[]): Promise<void> {
    this.#running.set(id, { cell, breaks });
    await this.world.commander.order({ operation: id, breaks, refuses: refuserOf(cell) });
  }

  /** In a wait no activity runs that could be held: the saga itself says that it waits. */
  async #strikeWaits(
    cell: Cell,
    operation: Operation,
    breaks: readonly PlannedBreak[],
  ): Promise<void> {
    for (const planned of breaks) {
      if (!isWait(cell, planned) || !planned.struck) continue;
      const { state } = await this.#until(
        operation,
        (row) => isEnded(row.state) || waitsAt(planned.at, row),
      );
      // Its wait was over before anybody looked.
      planned.spent = !isEnded(state);
      if (!planned.spent) continue;
      const struck = Promise.withResolvers<void>();
      this.striker.reached({
        planned,
        process: 'worker',
        server: ownServer(this.#outside, cell, planned),
        release: () => struck.resolve(),
      });
      await struck.promise;
    }
  }

  #ended(operation: Operation): Promise<Operation> {
    return this.#until(operation, ({ state }) => isEnded(state));
  }

  #until(operation: Operation, holds: (row: Operation) => boolean): Promise<Operation> {
    return eventually(
      async () => {
        const row = await this.world.api.operations.findOperation(operation.id);
        if (row !== undefined && holds(row)) return row;
        throw new Error(`it is ${row?.state} ${JSON.stringify(row?.reason)}`);
      },
      {
        ...{ withinMs: stretched(ENDS_WITHIN_MS), everyMs: LOOK_EVERY_MS },
        what: `I2: ${operation.kind} ${operation.id}`,
      },
    );
  }
}

function waitsAt(step: string, { state, steps }: Operation): boolean {
  return (
    state === 'waiting' && steps.some((each) => each.name === step && each.state === 'waiting')
  );
}

/** Whose death it is, where an outside system is broken that is a server. */
function ownServer(outside: RealOutside | undefined, cell: Cell, broken: Break) {
  const touches = broken.place === 'own' ? rowOf(cell, broken)?.touches : undefined;
  return touches && outside?.serverOf(touches);
}

const aCaller = () => ({
  actor: 'operator',
  idempotency: { caller: 'proof', route: 'proof', key: randomUUID() },
});
