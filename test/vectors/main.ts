import { vectorsCommand } from './command.ts';

process.exitCode = await vectorsCommand(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
});
