// `npm run generate`: writes every generated file anew.
import { GENERATORS } from './generated.ts';
import { showCommand } from './run-command.ts';

for (const { writes, script } of GENERATORS) {
  const { code, ms } = await showCommand([process.execPath, script]);
  process.stdout.write(`${code === 0 ? '✓' : 'x'} ${writes}  ${ms} ms\n`);
  if (code !== 0) process.exitCode = 1;
}
