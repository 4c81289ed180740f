import type { Stack } from '../stack/stack.ts';

const HOLD_MS = 86_400_000;

/** Resolves at Ctrl-C or SIGTERM; the caller then stops everything in order. */
export function untilInterrupted(): Promise<void> {
  // Neither a listener for signals nor the watched children keep Node running: a timer does.
  const hold = setInterval(() => undefined, HOLD_MS);
  return new Promise((resolve) => {
    const end = () => {
      clearInterval(hold);
      resolve();
    };
    process.on('SIGINT', end).on('SIGTERM', end);
  });
}

export function sayAddresses(stack: Stack, say: (line: string) => void): void {
  say(`
  API          ${stack.api.url}/v1
  API docs     ${stack.api.url}/docs
  Temporal UI  ${stack.temporal.uiUrl}

For another terminal, so that curl, tenure and data planes find it:
${formatExports(stack)}
Ctrl-C ends it.`);
}

/** Names as the command line and the sample of sdk/typescript read them. */
function formatExports(stack: Stack): string {
  const variables = [
    ['TENURE_URL', stack.api.url],
    ['OPERATOR_TOKEN', stack.operatorToken],
    ['DATABASE_URL', stack.databaseUrl],
    ['TENURE_TOKEN', stack.readerToken],
    ['TENURE_NATS_URL', stack.nats.url],
    ['TENURE_LOG', stack.log],
    ['TENURE_ROOT', stack.rootKey],
  ];
  return variables.map(([name, value]) => `  export ${name}='${value}'\n`).join('');
}
