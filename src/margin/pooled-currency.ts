import type { MarginModel } from './model.ts';

/** The reporting currency of a model that pools accounts; null for one that margins each currency by itself. */
export function pooledCurrencyOf(model: MarginModel<unknown>, params: unknown): string | null {
  return model.kind === 'portable' && model.pooling.kind === 'account' ? model.pooling.currency(params) : null;
}
