import { Command, CommanderError } from 'commander';
import { addConfigCommand } from './config.ts';
import { createContext } from './context.ts';
import type { Context, GlobalOptions, Io } from './context.ts';
import { addDomainCommands } from './domains.ts';
import { addDoctorCommand } from './doctor.ts';
import { CliError, EXIT } from './errors.ts';
import type { ExitCode } from './errors.ts';
import { addFactCommands } from './facts.ts';
import { addInvitationCommands } from './invitations.ts';
import { addKeyCommands } from './keys.ts';
import { addLogCommands } from './log.ts';
import { addMemberCommands } from './members.ts';
import { addMigrateCommands } from './migrate.ts';
import { addPlaneCommand } from './plane.ts';
import { addRecoverCommand } from './recover.ts';
import { addPlanesCommands } from './planes.ts';
import { addPlanCommands } from './plans.ts';
import { addSagaCommands } from './sagas.ts';
import { addTenantCommands } from './tenants.ts';
import { addTrialCommands } from './trials.ts';

const HELP = `
Start here:
  $ npm start                                             the embedded stack, in another terminal
  $ tenure tenants create acme --admin ada@acme.example   provision a tenant and watch it happen
  $ tenure tenants list                                   what is there
  $ tenure sagas list --parked                            what waits, and why

Settings come from the environment: TENURE_URL (where the API is), OPERATOR_TOKEN, DATABASE_URL
(migrate, keys and recover only), READER_TOKEN and TENURE_ROOT (facts and plane only). Each secret also as a file: OPERATOR_TOKEN_FILE=/run/secrets/token.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the registry or its database is unreachable.
`;

/** Runs one command line and gives its exit code; never throws. */
export async function runCli(args: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await createProgram(io).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof CliError) {
      const advice = error.whatToDo === undefined ? '' : `\n${error.whatToDo}`;
      io.err(`${error.message}${advice}\n`);
      return error.exitCode;
    }
    io.err(`tenure failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.refused;
  }
}

function createProgram(io: Io): Command {
  const program = new Command('tenure');
  const context = (): Context => createContext(io, program.opts<GlobalOptions>());
  program
    .description('The tenant registry: provision tenants, watch sagas, migrate its database.')
    .option('--json', 'print one JSON value instead of text')
    .option('--url <url>', 'base URL of the API (default: TENURE_URL, or the port of ADDR here)')
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText('after', HELP);
  addTenantCommands(program, context);
  addInvitationCommands(program, context);
  addDomainCommands(program, context);
  addMemberCommands(program, context);
  addSagaCommands(program, context);
  addDoctorCommand(program, context);
  addKeyCommands(program, context);
  addLogCommands(program, context);
  addFactCommands(program, context);
  addPlaneCommand(program, context);
  addPlanesCommands(program, context);
  addMigrateCommands(program, context);
  addRecoverCommand(program, context);
  addConfigCommand(program, context);
  addPlanCommands(program, context);
  addTrialCommands(program, context);
  harden(program, io);
  return program;
}

/** Sub-commands do not inherit these: output to `io`, throwing instead of exiting. */
function harden(command: Command, io: Io): void {
  command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err });
  for (const child of command.commands) harden(child, io);
}
