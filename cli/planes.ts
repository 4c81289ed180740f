import type { Command } from 'commander';
import type { Context } from './context.ts';
import { formatTable } from './format.ts';

const ABOUT = `
A plane that has a key of its own tells the registry how far it has come (option receipts of each
kit); "tenure facts where" then says who has applied a revocation, and since when.

Example:
  $ tenure planes add tenure.example/prod/plane/billing-eu+5f0c1a2b+AXk…
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
    .command('list')
    .description('list them, each with its newest receipt')
    .action(() => list(context()));
  planes
    .command('remove <name>')
    .description('forget a plane and its receipts; it may go on following')
    .action((name: string) => remove(name, context()));
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
  await context.client().delete(`/v1/planes/${encodeURIComponent(name)}`);
  context.print({ removed: name }, () => `${name} is forgotten.`);
}
