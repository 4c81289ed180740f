import type { Command } from 'commander';
import * as migrations from '../wiring/migrations.ts';
import type { Context } from './context.ts';
import { reachDatabase } from './reach.ts';

export function addMigrateCommands(program: Command, context: () => Context): void {
  const migrate = program
    .command('migrate')
    .description('bring the database of DATABASE_URL to the schema of this version');
  migrate
    .command('up')
    .description('apply what is pending; again is harmless')
    .addHelpText('after', '\nExample:\n  $ DATABASE_URL=postgres://… tenure migrate up\n')
    .action(() => up(context()));
  migrate
    .command('version')
    .description('show what is applied and what is pending')
    .action(() => version(context()));
  migrate
    .command('down')
    .description('take the newest migration back; development only, its data is lost')
    .action(() => down(context()));
  migrate
    .command('create <name>')
    .description('write a migration from the difference between drizzle/ and the last one')
    .action((name: string) => create(name, context()));
}

async function up(context: Context): Promise<void> {
  const applied = await reachDatabase(() => migrations.up(context.config()));
  context.print({ applied }, () =>
    applied.length === 0
      ? 'Nothing to do: the schema is current.'
      : `Applied ${applied.join(', ')}.`,
  );
}

async function version(context: Context): Promise<void> {
  const { current, pending } = await reachDatabase(() => migrations.version(context.config()));
  context.print({ current: current ?? null, pending }, () => {
    const waiting = pending.length === 0 ? 'none' : pending.join(', ');
    return `current  ${current ?? 'none'}\npending  ${waiting}`;
  });
}

async function down(context: Context): Promise<void> {
  const reverted = await reachDatabase(() => migrations.down(context.config()));
  context.print({ reverted: reverted ?? null }, () =>
    reverted === undefined ? 'Nothing is applied.' : `Took back ${reverted}.`,
  );
}

async function create(name: string, context: Context): Promise<void> {
  const path = await reachDatabase(() => migrations.create(name));
  context.print({ path }, () => `Wrote ${path}. Read it before you commit it.`);
}
