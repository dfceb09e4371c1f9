import type { Instrument } from '../domain/instrument.ts';
import { invalid, listField, numberField, section, textField, unbounded, type Section } from '../margin/fields.ts';
import { notionalPerContract } from './contract-value.ts';
import { fractionOf, plus, smallerOf, times, zero, type Fraction } from '../money/fraction.ts';

/** What a trade costs: both parts are added. Negative: a rebate. */
export interface FeeRate {
  /** Fraction of notional; of an option: of the notional of what it is on. */
  readonly ofNotional: number;
  /** Settlement currency per contract. */
  readonly perContract: number;
}

/** A tier of trading volume: from so much on, these rates. */
export interface FeeTier {
  /** In whatever the venue counts volume; of the first tier 0. */
  readonly fromVolume: number;
  readonly maker: FeeRate;
  readonly taker: FeeRate;
}

/** How a venue charges for one class of instruments. */
export interface FeeSchedule {
  /** By volume, ascending; at least one, the first from 0. */
  readonly tiers: readonly FeeTier[];
  /** At expiry. */
  readonly delivery: FeeRate;
  /** No fee on an option is more than this fraction of its premium, or of its payoff at expiry; null: no cap. */
  readonly optionCap: number | null;
}

export type Liquidity = 'maker' | 'taker';

const none: FeeRate = { ofNotional: 0, perContract: 0 };

/** Schedules by name, as in their file. Throws `ParameterInvalid` naming the field. */
export function parseFeeSchedules(input: unknown): Readonly<Record<string, FeeSchedule>> {
  const root = section(input, 'schedules');
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, schedule(section(value, name), name)]));
}

function schedule(fields: Section, path: string): FeeSchedule {
  const tiers = listField(fields, 'tiers', path).map((value, index): FeeTier => {
    const place = `${path}.tiers[${index}]`;
    const tier = section(value, place);
    return {
      fromVolume: numberField(tier, 'fromVolume', place, { min: 0, max: unbounded }),
      maker: rate(tier['maker'], `${place}.maker`),
      taker: rate(tier['taker'], `${place}.taker`),
    };
  });
  const isAscending = tiers.every(({ fromVolume }, index) =>
    index === 0 ? fromVolume === 0 : fromVolume > tiers[index - 1].fromVolume,
  );
  if (tiers.length === 0 || !isAscending) throw invalid(`${path}.tiers`, fields['tiers'], 'must ascend from volume 0');
  return {
    tiers,
    delivery: fields['delivery'] === undefined ? none : rate(fields['delivery'], `${path}.delivery`),
    optionCap: fields['optionCap'] === undefined ? null : numberField(fields, 'optionCap', path, { min: 0, max: 1 }),
  };
}

function rate(value: unknown, path: string): FeeRate {
  const fields = section(value, path);
  const known = Object.keys(fields).every((name) => name === 'ofNotional' || name === 'perContract');
  if (!known) throw invalid(path, value, 'must have ofNotional and perContract only');
  const part = (name: string, size: number): number =>
    fields[name] === undefined ? 0 : numberField(fields, name, path, { min: -size, max: size });
  return { ofNotional: part('ofNotional', 1), perContract: part('perContract', 1e9) };
}

/** Rate of a trade by whoever has traded so much. */
export function tradeRate({ tiers }: FeeSchedule, liquidity: Liquidity, volume: number): FeeRate {
  let found = tiers[0];
  for (const tier of tiers) if (tier.fromVolume <= volume) found = tier;
  return found[liquidity];
}

/** What is known of the trade that a fee is for. */
export interface ChargedTrade {
  readonly instrument: Instrument;
  /** Contracts, >= 0. */
  readonly quantity: Fraction;
  /** Quote currency per base unit: of a future its price, of an option the price of what it is on. */
  readonly price: Fraction;
  /** Of an option: the premium of all contracts, or their payoff; settlement currency. */
  readonly premium: Fraction;
}

/** The fee, exactly; settlement currency, negative for a rebate. */
export function feeOf(
  { ofNotional, perContract }: FeeRate,
  cap: number | null,
  { instrument, quantity, price, premium }: ChargedTrade,
): Fraction {
  const share = times(fractionOf(ofNotional), notionalPerContract(instrument, price));
  const fee = times(quantity, plus(share, fractionOf(perContract)));
  if (instrument.kind !== 'option' || cap === null || fee.top <= 0n) return fee;
  return smallerOf(fee, premium.top < 0n ? zero : times(fractionOf(cap), premium));
}

/** `name` in the schedules given. Throws `ParameterInvalid`. */
export function scheduleOf(
  schedules: Readonly<Record<string, FeeSchedule>>,
  fields: Section,
  field: string,
): FeeSchedule | null {
  if (fields[field] === undefined) return null;
  const name = textField(fields, field, '');
  if (Object.hasOwn(schedules, name)) return schedules[name];
  throw invalid(
    field,
    name,
    `must be one of the fee schedules ${Object.keys(schedules).join(', ') || '(there are none)'}`,
  );
}
