import type { NatsConnection } from 'nats';
import { shardName } from '../../../facts/crypto/shard.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import type { FactWriter } from '../support/fact-writer.ts';
import { ATTACKS } from './attacks.ts';
import type { Message } from './attacks.ts';
import type { Chance } from './chance.ts';
import { mutateBytes } from './mutate-bytes.ts';
import type { Written } from './true-log.ts';

const HEARTBEATS = 'tenure.heartbeat';
const ALL_ATTACKS = Object.entries(ATTACKS);

/** Stands between the registry and the planes on the stream, and lies there; HTTP is the truth. */
export class HostileRelay {
  /** How often each attack was made. */
  readonly attacks: Record<string, number> = {};
  readonly #stream: NatsConnection;
  readonly #registry: FakeRegistry;
  readonly #writer: FactWriter;
  readonly #chance: Chance;
  #held: Message[] = [];
  readonly #oldHeartbeats: Uint8Array[] = [];

  constructor(
    stream: NatsConnection,
    registry: FakeRegistry,
    { writer, chance }: { writer: FactWriter; chance: Chance },
  ) {
    this.#stream = stream;
    this.#registry = registry;
    this.#writer = writer;
    this.#chance = chance;
  }

  /** Carries one line as badly as it can. */
  async carry(written: Written): Promise<void> {
    const [name, attack] = this.#chance.of(ALL_ATTACKS);
    this.#count(name);
    const hold = (message: Message): void => void this.#held.push(message);
    const scene = { written, writer: this.#writer, chance: this.#chance, hold };
    this.#publish(attack(scene));
    if (this.#chance.isOneIn(3)) this.#publish(this.#held.splice(this.#chance.below(3), 1));
    if (this.#chance.isOneIn(3)) this.#disturbHeartbeats();
    // Also in small portions, so that lines meet planes in every state.
    if (this.#chance.isOneIn(2)) await this.#stream.flush();
  }

  /** True from now on: what was held is lost, and a heartbeat comes. */
  async heal(): Promise<void> {
    this.#held = [];
    const heartbeat = this.#registry.heartbeat();
    this.#oldHeartbeats.push(heartbeat);
    this.#stream.publish(HEARTBEATS, heartbeat);
    await this.#stream.flush();
  }

  #disturbHeartbeats(): void {
    if (this.#oldHeartbeats.length === 0) return;
    this.#count('old heartbeat');
    const old = this.#chance.of(this.#oldHeartbeats);
    const isChanged = this.#chance.isOneIn(2);
    this.#stream.publish(HEARTBEATS, isChanged ? mutateBytes(old, this.#chance).bytes : old);
  }

  #publish(messages: readonly Message[]): void {
    for (const { shard, bytes } of messages) {
      this.#stream.publish(`tenure.facts.${shardName(shard)}`, bytes);
    }
  }

  #count(attack: string): void {
    this.attacks[attack] = (this.attacks[attack] ?? 0) + 1;
  }
}
