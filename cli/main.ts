import { once } from 'node:events';
import { runCli } from './program.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  tty: process.stdout.isTTY,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  get input() {
    return process.stdin;
  },
  interrupted: async () => {
    await once(process, 'SIGINT');
  },
});
