import { MargridError } from '../errors.ts';

/** Loads an optional peer dependency when a file first needs it, so that the core installs without it. */
export async function loadOptional<Module>(
  packageName: string,
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    throw new MargridError(
      'DependencyMissing',
      missing
        ? `${purpose} needs the package ${packageName}: run "npm install ${packageName}"`
        : `${purpose} needs the package ${packageName}, which cannot be loaded: ${message}`,
    );
  }
}
