/** Name that stands for the market shipped with the package. */
export const builtInName = 'builtin';
