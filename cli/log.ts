import type { Command } from 'commander';
import type { Context } from './context.ts';
import { auditLog } from './log-audit.ts';
import type { AuditOptions } from './log-audit.ts';
import { exportToFolder } from './log-export.ts';
import { showTenant } from './log-tenant.ts';
import { ROOT_OPTION } from './trust.ts';

const FROM_OPTION = ['--from <url-or-folder>', 'where the log is (default: the registry)'] as const;

const AUDIT_EXAMPLES = `
Examples:
  $ tenure log audit --root "$TENURE_ROOT"
  $ tenure log audit --root "$TENURE_ROOT" --from ./copy-of-the-log

Reads key sets, checkpoint, entries, hashes and the state tree, and trusts nothing but the root. Exit
code 1: the log is not what was signed, and the message says where.
`;

const EXPORT_EXAMPLES = `
Examples:
  $ tenure log export --to ./copy-of-the-log
  $ tenure log audit --from ./copy-of-the-log

Writes all that planes and auditors read, to be carried where no network leads: a plane takes
file:///path/to/copy-of-the-log as its registry. Again, it fetches only what is new.
`;

const TENANT_EXAMPLES = `
Examples:
  $ tenure log tenant 1f0c2a3b-0000-4000-8000-00000000000a
  $ tenure log tenant 1f0c2a3b-0000-4000-8000-00000000000a --from ./copy-of-the-log

What the newest state tree says of one tenant, verified, or the proof that it has no facts (exit code
0 both). Exit code 1: the evidence is refused, or there is no state tree yet.
`;

export function addLogCommands(program: Command, context: () => Context): void {
  const log = program.command('log').description('the signed log of all facts');
  log
    .command('audit')
    .description('hold the whole log against its newest signed checkpoint')
    .option(...ROOT_OPTION)
    .option(...FROM_OPTION)
    .addHelpText('after', AUDIT_EXAMPLES)
    .action((options: AuditOptions) => auditLog(options, context()));
  log
    .command('export')
    .description('copy the whole log into a folder')
    .requiredOption('--to <folder>', 'where the copy is or will be')
    .addHelpText('after', EXPORT_EXAMPLES)
    .action((options: { to: string }) => exportToFolder(options, context()));
  log
    .command('tenant <tenant>')
    .description('show and verify what the state tree says of one tenant')
    .option(...ROOT_OPTION)
    .option(...FROM_OPTION)
    .addHelpText('after', TENANT_EXAMPLES)
    .action((tenant: string, options: AuditOptions) => showTenant(tenant, options, context()));
}
