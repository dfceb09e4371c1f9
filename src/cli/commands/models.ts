import { modelByName, modelNames } from '../../margin/registry.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

/** `margrid models`: the models, and how sure each component of theirs is. */
export function models(options: { readonly json?: boolean }, terminal: Terminal): number {
  const list = modelNames().map((name) => {
    const { title, components } = modelByName(name);
    return { name, title, components };
  });
  if (options.json) terminal.print(JSON.stringify(list, null, 2));
  else {
    for (const { name, title, components } of list) {
      terminal.print(`${name}: ${title}`);
      for (const { component, evidence, source } of components)
        terminal.print(`  [${evidence}] ${component}: ${source}`);
    }
  }
  return exitCodes.ok;
}
