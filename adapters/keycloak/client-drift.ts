import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import type ProtocolMapperRepresentation from '@keycloak/keycloak-admin-client/lib/defs/protocolMapperRepresentation.js';
import type { Attribute } from '../../domain/reconcile/observation.ts';
import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { compare, isDrifted } from './compare.ts';
import { withoutOperation } from './mark.ts';

/** A client of a tenant as it is in `realm`, and as it should be. */
export interface WantedClient {
  readonly realm: string;
  readonly client: ClientRepresentation & { readonly clientId: string };
}

export async function findClient(
  admin: KeycloakAdmin,
  realm: string,
  clientId: string,
  call: Call,
): Promise<ClientRepresentation | undefined> {
  const clients = await admin.request(call.signal, 'the look for a client', (client) =>
    client.clients.find({ realm, clientId }),
  );
  return clients[0];
}

/** Settings, addresses and mappers; also a mapper that is not ours, since it makes claims. */
export function attributesOfClient(
  wanted: WantedClient['client'],
  found: ClientRepresentation | undefined,
): Attribute[] {
  const { protocolMappers = [], attributes = {}, ...settings } = wanted;
  const part = `client ${wanted.clientId}`;
  const marked = { ...settings, attributes: withoutOperation(attributes) };
  const names = (mappers: readonly ProtocolMapperRepresentation[] = []) => mappers.map(nameOf);
  return [
    ...compare(part, marked, found),
    ...compare(
      part,
      { mappers: names(protocolMappers) },
      { mappers: names(found?.protocolMappers) },
    ),
    ...protocolMappers.flatMap((mapper) => attributesOfMapper(part, mapper, found)),
  ];
}

/** Makes it anew, or brings it to what is wanted; what others added to its settings stays. */
export async function mendClient(
  admin: KeycloakAdmin,
  { realm, client: wanted }: WantedClient,
  call: Call,
): Promise<void> {
  const found = await findClient(admin, realm, wanted.clientId, call);
  const id = found?.id;
  if (id === undefined) {
    await admin.request(call.signal, 'the creation of a client', (client) =>
      client.clients.create({ realm, ...wanted }),
    );
    return;
  }
  if (!isDrifted(attributesOfClient(wanted, found))) return;
  const { protocolMappers = [], ...settings } = wanted;
  const attributes = { ...found?.attributes, ...withoutOperation(wanted.attributes ?? {}) };
  await admin.request(call.signal, 'the change of a client', (client) =>
    client.clients.update({ realm, id }, { ...found, ...settings, attributes }),
  );
  await replaceMappers(admin, { realm, id }, protocolMappers, call);
}

async function replaceMappers(
  admin: KeycloakAdmin,
  at: { realm: string; id: string },
  wanted: readonly ProtocolMapperRepresentation[],
  call: Call,
): Promise<void> {
  const held = await admin.request(call.signal, 'the list of mappers', (client) =>
    client.clients.listProtocolMappers(at),
  );
  const isRight = (mapper: ProtocolMapperRepresentation) =>
    wanted.some((one) => nameOf(one) === nameOf(mapper) && !isDrifted(compare('', one, mapper)));
  const right = held.filter(isRight).map(nameOf);
  for (const mapper of held.filter((one) => !isRight(one))) {
    await admin.request(call.signal, 'the removal of a mapper', (client) =>
      client.clients.delProtocolMapper({ ...at, mapperId: mapper.id ?? '' }),
    );
  }
  for (const mapper of wanted.filter((one) => !right.includes(nameOf(one)))) {
    await admin.request(call.signal, 'the addition of a mapper', (client) =>
      client.clients.addProtocolMapper(at, mapper),
    );
  }
}

function attributesOfMapper(
  part: string,
  mapper: ProtocolMapperRepresentation,
  found: ClientRepresentation | undefined,
): Attribute[] {
  const there = found?.protocolMappers?.find(({ name }) => name === mapper.name);
  return compare(`${part} mapper ${nameOf(mapper)}`, mapper, there);
}

function nameOf({ name = '' }: ProtocolMapperRepresentation): string {
  return name;
}
