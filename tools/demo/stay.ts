import type { Stack } from '../stack/stack.ts';

/** Resolves at Ctrl-C or SIGTERM; the caller then stops everything in order. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', resolve).on('SIGTERM', resolve);
  });
}

export function sayAddresses(stack: Stack, say: (line: string) => void): void {
  say(`
  API          ${stack.api.url}/v1  (bearer token: ${stack.operatorToken})
  API docs     ${stack.api.url}/docs
  Temporal UI  ${stack.temporal.uiUrl}
  NATS         ${stack.nats.url}
  Postgres     ${stack.databaseUrl}

Ctrl-C ends it.`);
}
