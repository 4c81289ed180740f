import type { Kit } from './kits.ts';

/** The negative control of a part: a kit whose answers are true, those excepted that are told. */
export const liar = (kit: Kit, lie: (answer: unknown, request: object) => unknown): Kit => ({
  name: kit.name,
  ask: async (request) => lie(await kit.ask(request), request),
});
