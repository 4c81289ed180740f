import type { Command } from 'commander';
import { formatConfig } from '../wiring/config/print.ts';
import type { Context } from './context.ts';

export function addConfigCommand(program: Command, context: () => Context): void {
  program
    .command('config')
    .description('check the environment and show what was understood, without secrets')
    .option('--print', 'print the configuration (the default)')
    .addHelpText('after', '\nEvery variable: docs/reference/configuration.md\n')
    .action(() => {
      const here = context();
      const config = here.config();
      here.print(config, () => formatConfig(config).trimEnd());
    });
}
