import type { Command } from 'commander';
import { FactError } from '../facts/core/errors.ts';
import { formatNoteKey } from '../facts/log/note-key.ts';
import { planeKeyName } from '../facts/log/receipt.ts';
import { receiptSignerOf } from '../sdk/typescript/receipt-signer.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatTable } from './format.ts';

const ABOUT = `
A plane that has a key of its own tells the registry how far it has come (option receipts of each
kit); "tenure facts where" then says who has applied a revocation, and since when.

Example:
  $ tenure planes add "$(tenure planes key billing-eu plane.pem)"
`;

interface PlaneBody {
  readonly name: string;
  readonly key: string;
  readonly addedAt: string;
  readonly newest: { readonly at: string; readonly size: number; readonly shards: number } | null;
}

export function addPlanesCommands(program: Command, context: () => Context): void {
  const planes = program.command('planes').description('data planes that say how far they are');
  planes
    .command('add <note-key>')
    .description('take receipts by this key: <log>/plane/<name>+<hash>+<base64>')
    .addHelpText('after', ABOUT)
    .action((key: string) => add(key, context()));
  planes
    .command('key <name> <pem-file>')
    .description('print the note key of a plane’s private key, of the log of FACT_LOG_ORIGIN')
    .action((name: string, file: string) => printKey(name, file, context()));
  planes
    .command('list')
    .description('list them, each with its newest receipt')
    .action(() => list(context()));
  planes
    .command('remove <name>')
    .description('forget a plane and its receipts; it may go on following')
    .action((name: string) => remove(name, context()));
}

/** Reads the private key where the plane is, and prints what the registry is to be told. */
function printKey(name: string, file: string, context: Context): void {
  const log = context.config().facts.logOrigin;
  try {
    const { publicKey } = receiptSignerOf(log, { name, key: file });
    const noteKey = formatNoteKey(planeKeyName(log, name), publicKey);
    context.print({ name, key: noteKey }, () => noteKey);
  } catch (cause) {
    if (!(cause instanceof FactError)) throw cause;
    throw new CliError(EXIT.usage, `No key of a plane: ${cause.message}`, undefined, { cause });
  }
}

async function add(key: string, context: Context): Promise<void> {
  const plane = await context.client().post<PlaneBody>('/v1/planes', { key });
  context.print(plane, () => `Receipts of ${plane.name} are taken from now on.`);
}

async function list(context: Context): Promise<void> {
  const page = await context.client().get<{ planes: PlaneBody[] }>('/v1/planes');
  const rows = page.planes.map(({ name, newest, addedAt }) => [
    name,
    newest === null ? '–' : String(newest.size),
    newest === null ? '–' : String(newest.shards),
    newest?.at ?? '–',
    addedAt,
  ]);
  context.print(page, () =>
    rows.length === 0
      ? 'No planes. Tell the registry of one: tenure planes add'
      : formatTable(['PLANE', 'FACTS', 'SHARDS', 'HEARD', 'ADDED'], rows),
  );
}

async function remove(name: string, context: Context): Promise<void> {
  await context.client().delete<void>(`/v1/planes/${encodeURIComponent(name)}`);
  context.print({ removed: name }, () => `${name} is forgotten.`);
}
