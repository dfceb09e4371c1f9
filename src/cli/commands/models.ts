import { modelByName, modelNames } from '../../margin/registry.ts';
import { readShippedParams, shippedParamsFiles } from '../../margin/shipped-params.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

/** `margrid models`: the models, their parameter files with what these cover, and how sure each component is. */
export function models(options: { readonly json?: boolean }, terminal: Terminal): number {
  const list = modelNames().map((name) => {
    const model = modelByName(name);
    const { title, components } = model;
    const parameters = shippedParamsFiles(name).map((file) => {
      const coverage = model.coverage(model.parseParams(readShippedParams(file)));
      return { file, ...coverage };
    });
    return { name, title, parameters, components };
  });
  if (options.json) terminal.print(JSON.stringify(list, null, 2));
  else {
    for (const { name, title, parameters, components } of list) {
      terminal.print(`${name}: ${title}`);
      for (const { file, date, source, covers, unconfirmed } of parameters) {
        terminal.print(`  parameters ${file} (${date}): ${covers.join(', ')}; ${source}`);
        for (const each of unconfirmed) terminal.print(`    unconfirmed: ${each}`);
      }
      for (const { component, evidence, source } of components)
        terminal.print(`  [${evidence}] ${component}: ${source}`);
    }
  }
  return exitCodes.ok;
}
