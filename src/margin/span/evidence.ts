import type { ComponentEvidence } from '../model.ts';

/** How sure each step is; sections of docs/models/span.md. Read by `explain` and by that page. */
interface SectionEvidence extends ComponentEvidence {
  readonly section: string;
}

export const spanEvidence = {
  riskArray: {
    section: 'A',
    component: 'risk arrays of a file: sixteen losses of one long contract, composite delta',
    evidence: 'confirmed',
    source: 'CME layout pages (type 8, expanded); the GC Sep-25 array reproduces the published outright 16,000 both ways',
  },
  generatedFutures: {
    section: 'B',
    component: 'arrays made for futures',
    evidence: 'confirmed',
    source: 'the published arrays of CME GC, NSE NIFTY (drift and scale fitted to it) and McMillan, every value',
  },
  generatedOptions: {
    section: 'B',
    component: 'arrays made for options: Black-76, look-ahead, seven delta points',
    evidence: 'stated',
    source: 'CME methodology deck and type B record; the clearing house chooses the model, no array with all inputs is public',
  },
  scanRisk: {
    section: 'C',
    component: 'scan risk and active scenario, the lowest number of equal losses',
    evidence: 'confirmed',
    source: 'CME GC, McMillan, JSCC and NSE examples; long 13, short 11',
  },
  scanTiers: {
    section: 'C',
    component: 'scanning by tier: sum of the scan risks',
    evidence: 'stated',
    source: 'CME type S record, methods 02, 10, 21, 22',
  },
  weightedPriceRisk: {
    section: 'D',
    component: 'weighted futures price risk, normal and capped at or replaced by the scan range',
    evidence: 'stated',
    source: 'CME type S record column 83 and the combined commodity report of PC-SPAN; HKEX PRiME flow chart',
  },
  pairedExtremes: {
    section: 'D',
    component: 'extreme scenarios are paired with themselves',
    evidence: 'unknown',
    source: 'positional files do not say; XML files give pairedPoint, which is read',
  },
  seriesSpreads: {
    section: 'E',
    component: 'series-to-series spreads, then tier-to-tier spreads, by priority',
    evidence: 'confirmed',
    source: 'CME file charges: GC Sep/Oct 300, Sep/Jun 1,000; layout pages of types C and E',
  },
  spotCharge: {
    section: 'E',
    component: 'delivery charge, table-driven (method 10)',
    evidence: 'stated',
    source: 'CME type 4 record: rate per delta consumed by spreads, rate per delta remaining in outrights',
  },
  basisRisk: {
    section: 'E',
    component: 'delivery charge by basis risk (method 11)',
    evidence: 'unknown',
    source: 'the record has a spot product and a rate, the formula is not published: such combined commodities are refused',
  },
  deltaCredits: {
    section: 'F',
    component: 'delta-based intercommodity credits',
    evidence: 'confirmed',
    source: 'CME spread page: 2 corn against 1 soybean, 55%, 6,000 becomes 2,700',
  },
  flatCredits: {
    section: 'F',
    component: 'flat credits, split equally among the legs',
    evidence: 'stated',
    source: 'CME type 6 record column 101; PC-SPAN intercommodity spread report: "equally allocated"',
  },
  scanningSpreads: {
    section: 'F',
    component: 'joint losses of a scanning-based spread: losses less a share of the gains',
    evidence: 'confirmed',
    source: 'CME spread page: bond and note futures, 70%, fourteen of sixteen joint losses (two are misprints by their sign)',
  },
  scanningDeltas: {
    section: 'F',
    component: 'deltas of the legs go to the target in its size; two members at least; legs keep no scan risk',
    evidence: 'stated',
    source: 'SPAN advisories 03-04 and 03-08',
  },
  shortOptionMinimum: {
    section: 'G',
    component: 'short option minimum: sum, greater, by tier',
    evidence: 'stated',
    source: 'CME type 4 columns 63-69 and 79, type S method 30',
  },
  requirement: {
    section: 'G',
    component: 'risk requirement of a combined commodity: the greater of risk and short option minimum',
    evidence: 'confirmed',
    source: 'CME OG put examples, JSCC example 2',
  },
  netOptionValue: {
    section: 'G',
    component: 'net option value, premium-style options only',
    evidence: 'confirmed',
    source: 'CME OG: 12,878 + 10,740 = 23,618 and 7,597 - 10,740 = -3,143; JSCC 37,701,000; NSE 141,673',
  },
  capNetOptionValue: {
    section: 'G',
    component: 'cap of the net option value',
    evidence: 'third-party',
    source: 'NSE implementations count a requirement below zero as zero; CME lets it offset others; a switch',
  },
  initialMargin: {
    section: 'H',
    component: 'initial requirement: risk requirement times the ratio, less the net option value',
    evidence: 'stated',
    source: 'CME type 3 columns 69-80; that the ratio does not multiply the option value is our reading',
  },
  equity: {
    section: 'H',
    component: 'equity: cash and gains since entry; option value is in the requirement',
    evidence: 'stated',
    source: 'CME: futures are marked to market daily, the total requirement is net of option value',
  },
} as const satisfies Record<string, SectionEvidence>;

export const spanComponents: readonly SectionEvidence[] = Object.values(spanEvidence);
