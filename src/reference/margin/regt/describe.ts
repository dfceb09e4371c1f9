import type { Decimal } from '../../decimal.ts';
import type { Breakdown } from '../account.ts';
import { dollarsOf, type ClassHolding, type OptionHolding } from './holdings.ts';
import { stockRate, type Paired, type Purpose, type Spread, type Strategy } from './pairing.ts';

const rules = {
  alone: 'Cboe Rule 10.3(c)(5)(A)',
  combination: 'Cboe Rule 10.3(c)(5): greater requirement and market value of the other option',
  spread: 'FINRA Regulatory Notice 12-44: maximum potential loss',
  box: 'Cboe Margin Manual: half of the width',
  hedged: 'FINRA Rule 4210(f)(2)',
  stock: '12 CFR 220.12, FINRA Rule 4210(c)',
  long: 'paid in full, no loan value',
  longTerm: '75% of the market value beyond nine months',
};

/** Each strategy chosen: how often, its legs, its rule, what it requires. */
export function describePairing(held: ClassHolding, paired: Paired, purpose: Purpose): Breakdown[] {
  const strategies = paired.strategies.map(({ strategy, times }) => strategyLine(held, strategy, times));
  const spreads = paired.spreads.map((spread) => spreadLine(held, spread));
  const alone = held.options.flatMap((option, index) => {
    const contracts = paired.aloneContracts[index];
    return contracts === 0n ? [] : [aloneLine(option, contracts)];
  });
  return [...strategies, ...spreads, ...alone, ...stockLine(held, paired, purpose)];
}

function dollars(label: string, amount: Decimal, evidence: Breakdown['evidence'], children: readonly Breakdown[] = []): Breakdown {
  return { label, value: amount.toString(), unit: 'USD', ...(evidence === undefined ? {} : { evidence }), children };
}

function leg({ instrument, isLong }: OptionHolding, contracts: bigint): Breakdown {
  return { label: `${isLong ? 'long' : 'short'} ${contracts} ${instrument.name}`, value: null };
}

function strategyLine({ options, shares }: ClassHolding, strategy: Strategy, times: bigint): Breakdown {
  const rule = strategy.part === 'naked' ? rules.combination : strategy.part === 'boxes' ? rules.box : rules.hedged;
  const stock = strategy.shares.times(times.toString());
  const legs = strategy.options.map((option) => leg(options[option], times));
  const held = stock.isZero() ? [] : [{ label: `${shares.gt(0) ? 'long' : 'short'} ${stock.toString()} shares`, value: null }];
  const evidence = strategy.part === 'hedgedStock' ? 'confirmed' : 'stated';
  return dollars(`${times} x ${strategy.name} (${rule})`, dollarsOf(times * strategy.requirement), evidence, [...held, ...legs]);
}

function spreadLine({ options }: ClassHolding, { contracts, loss, worstStrike }: Spread): Breakdown {
  const legs = contracts.map(({ option, contracts: count }) => leg(options[option], count));
  const at = worstStrike === null ? 'nothing is lost at any exercise price' : `lost at ${worstStrike.toString()}`;
  return dollars(`${nameOf(options, contracts)} (${rules.spread}, ${at})`, dollarsOf(loss), 'confirmed', legs);
}

/** Name of a spread of two legs, or of two calls and two puts of one expiry; else the number of its legs. */
function nameOf(options: readonly OptionHolding[], contracts: Spread['contracts']): string {
  const legs = contracts.map(({ option }) => options[option]).sort((a, b) => a.strike.comparedTo(b.strike));
  const calls = legs.filter(({ isCall }) => isCall).length;
  const isOneExpiry = legs.every(({ expiryMs }) => expiryMs === legs[0].expiryMs);
  const type = calls > 0 ? 'call' : 'put';
  if (legs.length === 2 && isOneExpiry) return `${legs[0].isLong ? 'bull' : 'bear'} ${type} spread`;
  if (legs.length === 2) return `${type} ${legs[0].strike.eq(legs[1].strike) ? 'calendar' : 'diagonal'} spread`;
  const strikes = new Set(legs.map(({ strikeUnits }) => strikeUnits)).size;
  if (legs.length === 3 && isOneExpiry && calls % 3 === 0) return `${type} butterfly`;
  if (legs.length !== 4 || calls !== 2 || !isOneExpiry) return `spread of ${legs.length} legs`;
  return strikes === 2 ? 'box' : strikes === 3 ? 'iron butterfly' : 'iron condor';
}

function aloneLine(option: OptionHolding, contracts: bigint): Breakdown {
  const { instrument, isLong, isCall, isLongTerm, aloneLong, naked } = option;
  const name = `${contracts} x ${isLong ? 'long' : 'short'} ${isCall ? 'call' : 'put'} ${instrument.name}`;
  if (isLong) return dollars(`${name} (${isLongTerm ? rules.longTerm : rules.long})`, dollarsOf(contracts * aloneLong), 'stated');
  return dollars(`${name} (${rules.alone})`, dollarsOf(contracts * naked), 'confirmed');
}

function stockLine({ stock, price, shares }: ClassHolding, { aloneShares, aloneStock }: Paired, purpose: Purpose): Breakdown[] {
  if (aloneShares.isZero()) return [];
  const side = shares.gt(0) ? 'long' : 'short';
  const rate = stockRate(stock, purpose, price, shares.gt(0));
  return [dollars(`${side} ${aloneShares.toString()} shares at ${rate.toString()} each (${rules.stock})`, dollarsOf(aloneStock), 'stated')];
}
