import { invalid, knownFields, numberField, section, unbounded, type Section } from '../margin/fields.ts';

/**
 * When the status of a netting set changes. Levels compare the margin balance B with multiples of the requirement;
 * whoever is inside a level leaves it only at a better multiple (hysteresis), so that nobody flaps at a boundary.
 *
 * Entering is at the boundary that the margin kernels use: restricted when B < I, liquidation when B <= M (and M > 0)
 * or B < 0, bankrupt when B < 0.
 */
export interface AccountRules {
  readonly restricted: RestrictedRule;
  readonly marginCall: MarginCallRule;
  readonly liquidation: LiquidationRule;
}

export interface RestrictedRule {
  /** Restricted when B < enterBelow x initial margin. */
  readonly enterBelow: number;
  /** Healthy again when B >= leaveAt x initial margin; >= enterBelow. */
  readonly leaveAt: number;
}

export interface MarginCallRule {
  /** A call is due to be issued when B < enterBelow x initial margin; <= `restricted.enterBelow`. */
  readonly enterBelow: number;
  /** How long B must have been below before the call is issued; 0 at once. */
  readonly afterMs: number;
  /** The call is for the amount that brings B to this multiple of initial margin, and met when B is there. */
  readonly cureTo: number;
  /** From issue to the time by which it must be met. */
  readonly dueMs: number;
  /** From the due time to liquidation. */
  readonly graceMs: number;
  /** No call is issued for less, in the currency named; `default` for the others. */
  readonly minimumTransfer: Readonly<Record<string, number>>;
}

export interface LiquidationRule {
  /** Liquidated when B <= enterAt x maintenance margin. */
  readonly enterAt: number;
  /** Liquidation ends when B >= leaveAt x maintenance margin; > enterAt. */
  readonly leaveAt: number;
}

const hourMs = 3_600_000;

export const defaultAccountRules: AccountRules = {
  restricted: { enterBelow: 1, leaveAt: 1.02 },
  marginCall: { enterBelow: 1, afterMs: 0, cureTo: 1.02, dueMs: hourMs, graceMs: 0, minimumTransfer: { default: 0 } },
  liquidation: { enterAt: 1, leaveAt: 1.05 },
};

/** Rules as in their file, missing ones as in `defaultAccountRules`. Throws `ParameterInvalid` naming the field. */
export function parseAccountRules(input: unknown): AccountRules {
  const root = knownFields(input ?? {}, '', Object.keys(defaultAccountRules));
  const part = (name: keyof AccountRules): Section => {
    const defaults: object = defaultAccountRules[name];
    return { ...defaults, ...knownFields(root[name] ?? {}, name, Object.keys(defaults)) };
  };
  const { restricted, marginCall, liquidation } = {
    restricted: part('restricted'),
    marginCall: part('marginCall'),
    liquidation: part('liquidation'),
  };
  const multiple = (fields: Section, name: string, path: string, min = 0): number =>
    numberField(fields, name, path, { min, max: 1_000 });
  const time = (name: string): number =>
    numberField(marginCall, name, 'marginCall', { min: 0, max: Number.MAX_SAFE_INTEGER });
  const restrictedBelow = multiple(restricted, 'enterBelow', 'restricted');
  const callBelow = multiple(marginCall, 'enterBelow', 'marginCall');
  const liquidationAt = multiple(liquidation, 'enterAt', 'liquidation');
  if (callBelow > restrictedBelow)
    throw invalid('marginCall.enterBelow', callBelow, `must be <= restricted.enterBelow, ${restrictedBelow}`);
  return {
    restricted: {
      enterBelow: restrictedBelow,
      leaveAt: multiple(restricted, 'leaveAt', 'restricted', restrictedBelow),
    },
    marginCall: {
      enterBelow: callBelow,
      afterMs: time('afterMs'),
      cureTo: multiple(marginCall, 'cureTo', 'marginCall', callBelow),
      dueMs: time('dueMs'),
      graceMs: time('graceMs'),
      minimumTransfer: minimumTransfers(marginCall['minimumTransfer']),
    },
    liquidation: { enterAt: liquidationAt, leaveAt: multiple(liquidation, 'leaveAt', 'liquidation', liquidationAt) },
  };
}

function minimumTransfers(input: unknown): Record<string, number> {
  const path = 'marginCall.minimumTransfer';
  const transfers = section(input, path);
  const parsed = Object.keys(transfers).map(
    (currency) => [currency, numberField(transfers, currency, path, { min: 0, max: unbounded })] as const,
  );
  return { default: 0, ...Object.fromEntries(parsed) };
}
