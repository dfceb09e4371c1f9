import type { Instrument } from '../../domain/instrument.ts';
import type { MarketField } from '../../domain/market.ts';

/** How a scenario moves volatility: the venue's names. */
export type DeriveVolShock = 'Up' | 'None' | 'Down' | 'Linear' | 'Abs';

export interface DeriveScenario {
  /** Multiplier of spot: 1.18 is +18%. */
  readonly spotShock: number;
  readonly volShock: DeriveVolShock;
  /** Multiplies the P&L of the scenario. */
  readonly dampeningFactor: number;
}

export interface DeriveCollateral {
  /** Moves with the spot price of the manager's underlying, so that it hedges inside the scenarios. */
  readonly isRiskCancelling: boolean;
  /** Fractions of value: for maintenance, and added for initial margin. */
  readonly MMHaircut: number;
  readonly IMHaircut: number;
}

/** The risk manager of one underlying, PMRM and PMRM_2 alike: fields in the venue's contract names. */
export interface DeriveManager {
  readonly scenarios: readonly DeriveScenario[];
  readonly volShock: {
    readonly volRangeUp: number;
    readonly volRangeDown: number;
    readonly shortTermPower: number;
    readonly longTermPower: number;
    /** Seconds. */
    readonly dteFloor: number;
    /** Least volatility of an up scenario. */
    readonly minVolUpShock: number;
  };
  readonly margin: {
    readonly imFactor: number;
    readonly mmFactor: number;
    readonly longRateMultScale: number;
    readonly longRateAddScale: number;
    readonly longBaseStaticDiscount: number;
    readonly shortRateMultScale: number;
    readonly shortRateAddScale: number;
    readonly shortBaseStaticDiscount: number;
  };
  readonly basisContingency: {
    readonly scenarioSpotUp: number;
    readonly scenarioSpotDown: number;
    readonly basisContAddFactor: number;
    readonly basisContMultFactor: number;
  };
  readonly otherContingency: {
    readonly pegLossThreshold: number;
    readonly pegLossFactor: number;
    readonly confThreshold: number;
    readonly confMargin: number;
    readonly MMPerpPercent: number;
    readonly IMPerpPercent: number;
    readonly MMOptionPercent: number;
    readonly IMOptionPercent: number;
  };
  readonly skewShock: {
    readonly linearBaseCap: number;
    readonly linearCBase: number;
    readonly absBaseCap: number;
    readonly absCBase: number;
    readonly minKStar: number;
    readonly widthScale: number;
    readonly volParamStatic: number;
    readonly volParamScale: number;
  };
  /** By lower-case base currency. */
  readonly collateral: ReadonlyMap<string, DeriveCollateral>;
  /** PMRM_2: options are marked at their discounted value. PMRM: undiscounted. */
  readonly discountsMark: boolean;
  /** PMRM: the initial factor multiplies the contingencies too, and collateral is charged on its spot value. */
  readonly factorsContingency: boolean;
}

export interface DerivePortfolioParams {
  readonly source: string;
  /** ISO date at which the values were in force. */
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** Currency of cash, premiums and P&L. */
  readonly currency: string;
  /** By lower-case base currency of the underlying. */
  readonly managers: ReadonlyMap<string, DeriveManager>;
  /**
   * Margins accounts that hold neither options nor perpetuals, if it takes their collateral (else the first that does);
   * a key of `managers`.
   */
  readonly collateralOnlyManager: string;
}

/** In the order in which the kernel writes them (derive-portfolio-layout.ts). */
export const portfolioComponents = [
  'scenarioLoss',
  'basisContingency',
  'perpContingency',
  'perpContingencyInitial',
  'optionContingency',
  'optionContingencyInitial',
  'collateralHaircut',
  'collateralHaircutInitial',
  'oracleContingency',
  'initialFactor',
] as const;

/** In the order of the kernel's fault codes. */
export const portfolioFaults = [
  'the account holds options or perpetuals of two underlyings, which one risk manager does not margin together',
  'the account holds a collateral that the risk manager of its underlying does not take',
  'the account is short of a collateral, which the risk manager does not allow',
] as const;

/** Why the instrument cannot be margined with these parameters, or null. */
export function portfolioRefusal(instrument: Instrument, params: DerivePortfolioParams): string | null {
  const base = instrument.baseCurrency.toLowerCase();
  if (instrument.payoff !== 'linear' || instrument.settlementCurrency !== params.currency) {
    return `only linear instruments settled in ${params.currency} are margined`;
  }
  if (instrument.exercise === 'american') return 'american exercise has no place in the model';
  if (instrument.kind === 'spot') {
    const takers = [...params.managers.values()].some((manager) => manager.collateral.has(base));
    return takers ? null : `no risk manager takes ${instrument.baseCurrency} as collateral`;
  }
  if (instrument.kind === 'future') return 'dated futures have no margin rule in the parameters';
  return params.managers.has(base) ? null : `the parameters have no section managers.${base}`;
}

/** What the venue's feeds say of every instrument besides its price. */
export function portfolioFields(instrument: Instrument): readonly MarketField[] {
  if (instrument.kind === 'spot') return ['confidence', 'stablePrice'];
  if (instrument.kind === 'perpetual') return ['confidence', 'indexConfidence', 'stablePrice'];
  return ['confidence', 'indexConfidence', 'stablePrice', 'volatilityConfidence', 'rateConfidence', 'interestRate'];
}
