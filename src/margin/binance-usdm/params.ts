/**
 * Leverage brackets of Binance USD-margined contracts, as `leverageBracket` of the API states them. Meaning:
 * docs/models/binance-usdm.md.
 */
import { dateField, numberField, section, textField, textsField } from '../fields.ts';
import { leverageRate, parseTiers, type Tier } from '../tiered/tier.ts';

export interface BinanceUsdmParams {
  readonly source: string;
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** By lower-case `base_quote`. */
  readonly symbols: ReadonlyMap<string, BinanceSymbol>;
}

export interface BinanceSymbol {
  /** 1 / leverage chosen; 0 if the bracket's largest is used. */
  readonly leverageRate: number;
  readonly tiers: readonly Tier[];
}

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseBinanceUsdmParams(input: unknown): BinanceUsdmParams {
  const root = section(input, 'parameters');
  const symbols = new Map<string, BinanceSymbol>();
  for (const [name, value] of Object.entries(section(root['symbols'], 'symbols'))) {
    const path = `symbols.${name}`;
    const fields = section(value, path);
    symbols.set(name.toLowerCase(), {
      leverageRate: leverageRate(fields, path),
      tiers: parseTiers(fields, 'brackets', path, {
        floor: 'notionalFloor',
        deduction: 'cum',
        read: (bracket, place) => ({
          initialRate: 1 / numberField(bracket, 'initialLeverage', place, { min: 1, max: 1000 }),
          maintenanceRate: numberField(bracket, 'maintMarginRatio', place, { min: 0, max: 1 }),
        }),
      }),
    });
  }
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    symbols,
  };
}
