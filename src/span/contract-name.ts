import type { SpanContractType } from '../margin/span/parameters.ts';

/** What a contract is called in books and markets: `CMX:GC:FUT:202512`, `CMX:OG:OOF:202512:20251112:C:3700`. */
export function contractName(
  exchange: string,
  product: string,
  type: SpanContractType,
  month: string,
  option: { readonly month: string; readonly type: 'call' | 'put'; readonly strike: number } | null,
): string {
  const parts = exchange === '' ? [product, type, month] : [exchange, product, type, month];
  if (option !== null) parts.push(option.month, option.type === 'call' ? 'C' : 'P', String(option.strike));
  return parts.join(':');
}
