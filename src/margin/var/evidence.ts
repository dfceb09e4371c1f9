import type { ComponentEvidence } from '../model.ts';

/** How sure we are of each component of var, and why: data for `explain` and for docs/models/var.md. */
interface SectionEvidence extends ComponentEvidence {
  /** Section of docs/models/var.md. */
  readonly section: string;
}

const ownComposition = 'own composition; ';

export const varEvidence = {
  scenarios: {
    section: 'A',
    component: 'scenarios, historical and stressed, as data of the parameter file',
    evidence: 'unknown',
    source: 'scenario sets of clearing houses are member-only: the shipped historical set is made up',
  },
  crises: {
    section: 'A',
    component: 'published crises in the shipped stressed set',
    evidence: 'third-party',
    source: 'data/crises/crises-2026-11-23.json: moves with evidence and source of each',
  },
  revaluation: {
    section: 'B',
    component: 'full revaluation, Black-76, linear and inverse',
    evidence: 'unknown',
    source: `${ownComposition}clearing houses revalue fully, by models of their own`,
  },
  tails: {
    section: 'C',
    component: 'tail measures: VaR of Hyndman-Fan type 1 to 9, expected shortfall of Acerbi and Tasche, weights by age',
    evidence: 'stated',
    source: 'Hyndman and Fan (1996); Acerbi and Tasche (2002); Boudoukh, Richardson and Whitelaw (1998)',
  },
  netting: {
    section: 'C',
    component: 'groups summed before the tail; cap on the diversification benefit',
    evidence: 'stated',
    source: 'ICE IRM 2: diversification benefit cap, level not public; the formula of the cap is ours',
  },
  correlationBreak: {
    section: 'C',
    component: 'correlation break of rolling windows',
    evidence: 'third-party',
    source: 'Eurex PRISMA, from public re-implementations; scale, floor and cap not public; excess counted where positive',
  },
  combination: {
    section: 'D',
    component: 'mean of sub-samples; the larger of historical and weighted stressed tail, or their weighted sum',
    evidence: 'third-party',
    source: 'PRISMA: max, from public re-implementations; CME SPAN 2: weighted sum; weights not public',
  },
  antiProcyclicality: {
    section: 'E',
    component: 'buffer, stressed weight, floor of the long run',
    evidence: 'stated',
    source: 'Delegated Regulation (EU) 153/2013, Article 28(1); the order in which they follow each other is ours',
  },
  riskFactorFloors: {
    section: 'A',
    component: 'floors and buffers of single risk factors',
    evidence: 'stated',
    source: 'ICE IRM 2: buffer at risk-factor level; SPAN 2: volatility floors; numbers not public',
  },
  grid: {
    section: 'E',
    component: 'floor: worst case of a scenario grid',
    evidence: 'unknown',
    source: `${ownComposition}as a portfolio margin floor of clearing houses, of which no formula is public`,
  },
  liquidity: {
    section: 'F',
    component: 'liquidity: tails of the positions by their share of a day, netted by portfolio tail over sum of tails',
    evidence: 'third-party',
    source: 'PRISMA, from public re-implementations; table and floor not public',
  },
  bidAsk: {
    section: 'F',
    component: 'half of the spread of every position',
    evidence: 'stated',
    source: 'SPAN 2, IRM 2: bid-ask cost; the tables are not public',
  },
  concentration: {
    section: 'F',
    component: 'net delta above a threshold per underlying',
    evidence: 'stated',
    source: 'SPAN 2: positions above a threshold of average volume; threshold and rate not public',
  },
  maintenance: {
    section: 'G',
    component: 'maintenance margin: a share of the requirement',
    evidence: 'unknown',
    source: `${ownComposition}clearing houses have one requirement, brokers set a share`,
  },
} as const satisfies Record<string, SectionEvidence>;

/** The same as a list. */
export const varComponents: readonly SectionEvidence[] = Object.values(varEvidence);
