import { SaxesParser } from 'saxes';
import {
  classicDeltaPoints,
  classicScenarios,
  defaultSpanOptions,
  type SpanCombinedCommodity,
  type SpanDeltaPoint,
  type SpanInterSpread,
  type SpanParams,
  type SpanScenario,
} from '../margin/span/parameters.ts';
import type { SpanFileFilter } from './read-positional.ts';
import { spanFileError } from './record.ts';
import { commodityOf, deltaSpreadOf, moveOf, scanningSpreadOf, scenariosOf, type RateIds } from './xml-commodities.ts';
import { contractFamilies, familyKeyOf, optionContract, optionFamilies, plainContract, type LooseContract } from './xml-contracts.ts';
import { XmlNode } from './xml-node.ts';

/** Elements that are read and let go of as soon as they end: the file is never in memory as a tree. */
const released = new Set([
  'fut', 'fwd', 'phy', 'equity', 'debt', 'cmb', 'opt', 'series', 'ccDef', 'pointDef', 'pbRateDef', 'definitions', 'curConv',
  'phyPf', 'equityPf', 'debtPf', 'futPf', 'fwdPf', 'cmbPf', 'oopPf', 'oofPf', 'oocPf', 'ooePf', 'eDebtPf', 'IRSwapPf',
  'CDSwapPf', 'portfolio', 'businessFunction', 'interClearSpreads', 'superInterClearSpreads', 'exchange',
]);

/** UTF-8's, read byte by byte. */
const byteOrderMark = /^\u00ef\u00bb\u00bf/;

/**
 * Reads an XML risk-parameter file (`.spn`, file format 4.00) piece by piece: `write` for each, then `finish`. With a
 * filter every contract of another combined commodity is forgotten once the combined commodities are known; give
 * `families` (of a first pass) to forget it at once.
 */
export class XmlReader {
  readonly #file: string;
  readonly #parser: SaxesParser;
  readonly #wanted: ReadonlySet<string> | null;
  #hasBegun = false;
  #node: XmlNode | null = null;
  #date = '';
  #organisation = '';
  #exchange = '';
  #capsEverywhere = false;
  /** Years. */
  #lookAhead = 0;
  readonly #riskScales = new Map<string, number>();
  #rates: RateIds = { maintenance: '1', initial: null };
  #hasRates = false;
  #scenarios: readonly SpanScenario[] = classicScenarios;
  #points: readonly string[] = classicScenarios.map((_, index) => String(index + 1));
  #deltaPoints: readonly SpanDeltaPoint[] = classicDeltaPoints;
  readonly #periods = new Map<string, string>();
  readonly #loose: LooseContract[] = [];
  readonly #commodities: SpanCombinedCommodity[] = [];
  readonly #commodityOf = new Map<string, string>();
  readonly #families: ReadonlySet<string> | null;
  readonly #interSpreads: SpanInterSpread[] = [];
  readonly #unconfirmed = new Set<string>();

  constructor(file: string, filter: SpanFileFilter = {}, families: ReadonlySet<string> | null = null) {
    this.#file = file;
    this.#wanted = filter.combinedCommodities === undefined ? null : new Set(filter.combinedCommodities);
    this.#families = families;
    this.#parser = new SaxesParser({ position: true });
    this.#parser.on('error', (error) => {
      throw spanFileError({ code: 'FileUnreadable', file, row: this.#parser.line, message: `is not valid XML: ${error.message}` });
    });
    this.#parser.on('opentag', ({ name }) => {
      this.#node = new XmlNode(name, this.#node, file, this.#parser.line);
    });
    this.#parser.on('text', (text) => this.#node?.addText(text));
    this.#parser.on('closetag', () => this.#close());
  }

  write(piece: string): void {
    this.#parser.write(this.#hasBegun ? piece : piece.replace(byteOrderMark, ''));
    this.#hasBegun = true;
  }

  /** Keys of the product families of the combined commodities asked for: all others can be passed over. */
  wantedFamilies(): ReadonlySet<string> {
    return new Set(
      [...this.#commodityOf].flatMap(([family, code]) => (this.#wanted === null || this.#wanted.has(code) ? [family] : [])),
    );
  }

  #close(): void {
    const node = this.#node!;
    this.#read(node);
    this.#node = node.parent;
    const isKept = !released.has(node.name) || node.parent?.name === 'ccDef';
    if (isKept) node.parent?.add(node);
  }

  #read(node: XmlNode): void {
    const parent = node.parent?.name;
    switch (node.name) {
      case 'date':
        if (parent === 'pointInTime') this.#date = node.value;
        return;
      case 'ec':
        if (parent === 'clearingOrg') this.#organisation = node.value;
        return;
      case 'exch':
        if (parent === 'exchange') this.#exchange = node.value;
        return;
      case 'capAnov':
        if (parent === 'clearingOrg') this.#capsEverywhere = ['1', 'true'].includes(node.value);
        return;
      case 'lookAheadYears':
        if (parent === 'clearingOrg' && node.value !== '') this.#lookAhead = node.asNumber();
        return;
      case 'pbRateDef':
        if (parent === 'clearingOrg') this.#readRate(node);
        return;
      case 'pointDef':
        if (parent === 'clearingOrg') this.#readPoints(node);
        return;
      case 'ccDef':
        if (parent === 'clearingOrg') this.#readCommodity(node);
        return;
      case 'dSpread':
      case 'sSpread':
        this.#readInterSpread(node);
        return;
      case 'interClearSpreads':
        this.#unconfirmed.add('spreads between clearing organisations are not formed');
        return;
      default:
        this.#readContract(node);
    }
  }

  /** Maintenance: the first rate that says so; initial: the first other one. */
  #readRate(node: XmlNode): void {
    const id = node.requiredText('r');
    const isMaintenance = node.flag('isM');
    if (isMaintenance && !this.#hasRates) {
      this.#rates = { ...this.#rates, maintenance: id };
      this.#hasRates = true;
    } else if (!isMaintenance && this.#rates.initial === null) this.#rates = { ...this.#rates, initial: id };
  }

  #readPoints(node: XmlNode): void {
    if (node.text('r') !== this.#rates.maintenance && this.#scenarios !== classicScenarios) return;
    this.#scenarios = scenariosOf(node);
    this.#points = node.all('scanPointDef').map((point) => point.requiredText('point'));
    const points = node.all('deltaPointDef');
    if (points.length > 0) {
      this.#deltaPoints = points.map((point) => ({
        priceMove: moveOf(point.requiredChild('priceScanDef')),
        weight: point.number('weight'),
      }));
    }
  }

  #readCommodity(node: XmlNode): void {
    const code = node.requiredText('cc');
    this.#riskScales.set(code, Number(`1e${node.optionalNumber('riskExponent') ?? 0}`));
    for (const link of node.all('pfLink')) {
      this.#commodityOf.set(`${link.requiredText('exch')}|${link.requiredText('pfId')}`, code);
    }
    if (this.#wanted === null || this.#wanted.has(code)) {
      this.#commodities.push(commodityOf(node, this.#rates, this.#capsEverywhere));
    }
  }

  #readInterSpread(node: XmlNode): void {
    const list = node.parent?.name;
    if (list !== 'interSpreads' && list !== 'superSpreads') return;
    const isSuper = list === 'superSpreads';
    const spread =
      node.name === 'dSpread'
        ? deltaSpreadOf(node, this.#rates, isSuper)
        : scanningSpreadOf(node, this.#rates, isSuper, this.#points);
    const codes = spread.legs.map(({ combinedCommodity }) => combinedCommodity);
    if (this.#wanted === null || codes.some((code) => this.#wanted!.has(code))) this.#interSpreads.push(spread);
  }

  #readContract(node: XmlNode): void {
    const family = node.name === 'opt' ? node.parent?.parent : node.parent;
    if (family === undefined || family === null) return;
    const plain = contractFamilies[family.name];
    const optionType = optionFamilies[family.name];
    const isPlain = plain !== undefined && plain.element === node.name;
    if (!isPlain && !(optionType !== undefined && node.name === 'opt')) return;
    if (isPlain && node.child('pe') !== null) {
      this.#periods.set(`${family.requiredText('pfId')}|${node.text('cId')}`, node.text('pe').replace(/^(\d{6})00$/, '$1'));
    }
    if (this.#families !== null && !this.#families.has(familyKeyOf(this.#exchange, family))) return;
    const source = {
      exchange: this.#exchange,
      rates: this.#rates,
      scenarioCount: this.#scenarios.length,
      periods: this.#periods,
      lookAhead: this.#lookAhead,
    };
    const contract = isPlain ? plainContract(node, plain.type, source) : optionContract(node, optionType, source);
    if (contract !== null) this.#loose.push(contract);
  }

  /** Throws `ValueInvalid` if a combined commodity that was asked for is not there. */
  finish(): SpanParams {
    this.#parser.close();
    const known = new Map(this.#commodities.map((each) => [each.code, each]));
    for (const code of this.#wanted ?? []) {
      if (!known.has(code)) this.#fail('ValueInvalid', `has no combined commodity '${code}'`);
    }
    const date = /^(\d{4})(\d{2})(\d{2})/.exec(this.#date);
    if (date === null) this.#fail('ValueMissing', `has no business date <pointInTime><date>, got '${this.#date}'`);
    const refusals = new Map<string, string>();
    const contracts = this.#loose.flatMap(({ familyKey, currency, contract }) => {
      const code = this.#commodityOf.get(familyKey);
      const commodity = code === undefined ? undefined : known.get(code);
      if (commodity === undefined) return [];
      if (currency !== '' && currency !== commodity.currency) {
        refusals.set(commodity.code, `${contract.name} is in ${currency}, its combined commodity in ${commodity.currency}`);
      }
      const { riskArray } = contract;
      const scale = this.#riskScales.get(commodity.code)!;
      const losses = riskArray?.losses.map((loss) => loss * scale);
      return [{
        ...contract,
        combinedCommodity: commodity.code,
        riskArray: riskArray === null ? null : { ...riskArray, losses: losses! },
      }];
    });
    return {
      source: `${this.#organisation} risk-parameter file ${this.#file}`,
      date: `${date[1]}-${date[2]}-${date[3]}`,
      unconfirmed: [...this.#unconfirmed],
      options: defaultSpanOptions,
      scenarios: this.#scenarios,
      deltaPoints: this.#deltaPoints,
      combinedCommodities: this.#commodities.map((each) => ({ ...each, refusal: each.refusal ?? refusals.get(each.code) ?? null })),
      contracts,
      interSpreads: this.#interSpreads,
    };
  }

  #fail(code: 'ValueInvalid' | 'ValueMissing', message: string): never {
    throw spanFileError({ code, file: this.#file, message });
  }
}

