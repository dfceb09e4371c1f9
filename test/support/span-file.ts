/**
 * A small positional risk-parameter file, made up: combined commodity AB (futures of three months, options) and CD
 * (one future), written by column number from CME's layout pages.
 */
type Placed = readonly [column: number, text: string];

export function lineOf(...parts: readonly Placed[]): string {
  let line = '';
  for (const [column, text] of parts) line = line.padEnd(column - 1) + text;
  return line;
}

export const headerLine = lineOf([1, '0 '], [3, 'TEST'], [9, '20260102'], [17, 'S'], [18, 'C'], [36, 'U2'], [38, 'NN']);

export function familyLine(product: string, type: string, decimals = '002', valueFactor = '00000010000000'): string {
  const valuation = type === 'FUT' ? 'FUT  ' : 'EQTY ';
  return lineOf([1, 'P '], [3, 'EXC'], [6, product], [16, type], [19, 'NAME'], [34, decimals], [37, '000'], [42, valueFactor],
    [66, 'USD$'], [70, 'STD'], [73, ' 00'], [76, 'AMER'], [117, valuation], [122, 'DELIV']);
}

export function seriesLine(product: string, type: string, month: string, range: string, scale = '010000'): string {
  return lineOf([1, 'B '], [3, 'EXC'], [6, product], [16, type], [19, month], [28, type === 'FUT' ? '' : month], [53, range],
    [58, '03000'], [63, '03300'], [80, '002740'], [86, scale], [92, '20260320']);
}

const losses = (values: readonly number[]): string =>
  values.map((value) => String(Math.abs(value)).padStart(5, '0') + (value < 0 ? '-' : '+')).join('');

export interface ArrayLines {
  readonly product: string;
  readonly type: string;
  readonly month: string;
  readonly right?: string;
  readonly strike?: string;
  readonly values: readonly number[];
  /** Four decimals. */
  readonly delta: string;
  readonly price: string;
}

export function arrayLines({ product, type, month, right = '', strike = '0000000', values, delta, price }: ArrayLines): string[] {
  const identity: Placed[] = [[3, 'EXC'], [6, product], [16, product], [26, type], [29, right], [30, month],
    [39, type === 'FUT' ? '' : month], [48, strike]];
  return [
    lineOf([1, '81'], ...identity, [55, losses(values.slice(0, 9))], [109, `0000000${price}`], [123, 'N']),
    lineOf([1, '82'], ...identity, [55, losses(values.slice(9))], [97, delta], [103, '00200000'], [111, `${price}++`]),
  ];
}

export const futureLosses = (range: number): number[] =>
  [0, 0, -1, -1, 1, 1, -2, -2, 2, 2, -3, -3, 3, 3].map((thirds) => (thirds * range) / 3).concat([-range * 0.99, range * 0.99]);

export const callLosses = [
  -150, 140, -420, -160, 110, 390, -730, -490, 310, 590, -1050, -840, 490, 760, -1130, 310,
];

export function spanFileLines(): string[] {
  const future = (product: string, month: string, range: number, price: string): string[] =>
    arrayLines({ product, type: 'FUT', month, values: futureLosses(range), delta: '10000+', price });
  return [
    headerLine,
    lineOf([1, '1 '], [3, 'EXC'], [8, '01']),
    familyLine('AB', 'FUT'),
    familyLine('AB', 'OOF'),
    familyLine('CD', 'FUT'),
    lineOf([1, '2 '], [3, 'EXC'], [7, 'AB'], [13, '0'], [14, 'USD$'], [18, 'PN'], [23, 'AB'], [33, 'FUT'], [39, 'AB'], [49, 'OOF']),
    lineOf([1, 'S '], [3, 'AB'], [9, '01'], [11, '00'], [83, '1']),
    lineOf([1, '3 '], [3, 'AB'], [9, '10'], [11, '01202603202603'], [25, '02202606202609'], [69, '100011001200']),
    lineOf([1, 'E '], [3, 'AB'], [9, '00001'], [14, '0000025'], [21, '2603'], [28, '010000A'], [35, '2606'], [42, '010000B']),
    lineOf([1, 'C '], [3, 'AB'], [9, '10'], [11, '01'], [13, '02'], [15, '0000040'], [22, '010101A'], [29, '020201B']),
    lineOf([1, '4 '], [3, 'AB'], [9, '10'], [11, '01'], [13, '01202603'], [21, '0000005'], [28, '0000070'], [63, '0000012'],
      [70, '100100100'], [79, '2']),
    seriesLine('AB', 'FUT', '202603', '01200'),
    seriesLine('AB', 'FUT', '202606', '01200'),
    seriesLine('AB', 'FUT', '202609', '01200'),
    seriesLine('AB', 'OOF', '202606', '01200'),
    lineOf([1, '2 '], [3, 'EXC'], [7, 'CD'], [13, '1'], [14, 'USD$'], [18, 'PN'], [23, 'CD'], [33, 'FUT']),
    ...future('AB', '202603', 1200, '0010000'),
    ...future('AB', '202606', 1200, '0010100'),
    ...future('AB', '202609', 1200, '0010200'),
    ...arrayLines({ product: 'AB', type: 'OOF', month: '202606', right: 'C', strike: '0000100', values: callLosses, delta: '05500+', price: '0000450' }),
    ...future('CD', '202606', 300, '0005000'),
    lineOf([1, '6 '], [3, 'EXC'], [6, '0001'], [10, '0500000'], [17, 'EXC'], [21, 'AB'], [27, '0010000A'], [35, 'EXC'], [39, 'CD'],
      [45, '0020000B'], [89, '01']),
  ];
}

/** The same parameters as XML. */
export function spanXml(): string {
  const scan = [0, 1, -1, 2, -2, 3, -3].flatMap((thirds, pair) => [
    point(2 * pair + 1, thirds, 1, 1, 2 * pair + 2), point(2 * pair + 2, thirds, -1, 1, 2 * pair + 1),
  ]).concat([point(15, 9, 0, 0.33, 15), point(16, -9, 0, 0.33, 16)]).join('');
  const array = (values: readonly number[], delta: number): string =>
    `<ra><r>1</r>${values.map((value) => `<a>${value}</a>`).join('')}<d>${delta}</d></ra>`;
  const future = (id: number, period: string, price: number, range: number, values: readonly number[]): string =>
    `<fut><cId>${id}</cId><pe>${period}</pe><p>${price}</p><d>1</d><cvf>1</cvf><sc>1</sc><setlDate>20260320</setlDate>` +
    `<scanRate><r>1</r><priceScan>${range}</priceScan></scanRate>${array(values, 1)}</fut>`;
  const family = (id: number, code: string, value: string, content: string): string =>
    `<pfId>${id}</pfId><pfCode>${code}</pfCode><currency>USD</currency><cvf>1</cvf><valueMeth>${value}</valueMeth>${content}`;
  const leg = (cc: string, tail: string): string => `<cc>${cc}</cc>${tail}`;
  const rate = (value: number): string => `<rate><r>1</r><val>${value}</val></rate>`;
  const link = (id: number): string => `<pfLink><exch>EXC</exch><pfId>${id}</pfId><sc>1</sc></pfLink>`;
  return `<?xml version="1.0"?><spanFile><fileFormat>4.00</fileFormat><definitions></definitions><pointInTime>
<date>20260102</date><isSetl>1</isSetl><clearingOrg><ec>TEST</ec><name>Test</name>
<pbRateDef><r>1</r><isCust>1</isCust><acctType>S</acctType><isM>1</isM><pbc>1</pbc></pbRateDef>
<pbRateDef><r>2</r><isCust>1</isCust><acctType>S</acctType><isM>0</isM><pbc>1</pbc></pbRateDef>
<pointDef><r>1</r>${scan}</pointDef>
<exchange><exch>EXC</exch>
<futPf>${family(1, 'AB', 'FUT', future(1, '20260300', 100, 1200, futureLosses(1200)) + future(2, '202606', 101, 1200, futureLosses(1200)) + future(3, '202609', 102, 1200, futureLosses(1200)))}</futPf>
<futPf>${family(2, 'CD', 'FUT', future(1, '202606', 50, 300, futureLosses(300)))}</futPf>
<oofPf>${family(3, 'AB', 'EQTY', `<series><pe>202606</pe><setlDate>20260320</setlDate><sc>1</sc><undC><exch>EXC</exch><pfId>1</pfId><cId>2</cId></undC>
<opt><cId>1</cId><o>C</o><k>100</k><p>4.5</p><d>0.55</d><v>0.2</v>${array(callLosses, 0.55)}</opt></series>`)}</oofPf>
</exchange>
<ccDef>${leg('AB', '')}<name>Ab</name><currency>USD</currency><riskExponent>0</riskExponent><wfprMeth>NORMAL</wfprMeth><somMeth>GROSS</somMeth>
${link(1)}${link(3)}<adjRate><r>2</r><baseR>1</baseR><val>1.2</val></adjRate>
<intraTiers><tier><tn>1</tn><sPe>202603</sPe><ePe>202603</ePe></tier><tier><tn>2</tn><sPe>202606</sPe><ePe>202609</ePe></tier></intraTiers>
<somTiers><tier><tn>1</tn>${rate(12)}</tier></somTiers>
<dSpread><spread>1</spread><chargeMeth>F</chargeMeth>${rate(25)}<pLeg>${leg('AB', '<pe>202603</pe><rs>A</rs><i>1</i>')}</pLeg><pLeg>${leg('AB', '<pe>202606</pe><rs>B</rs><i>1</i>')}</pLeg></dSpread>
<dSpread><spread>2</spread><chargeMeth>F</chargeMeth>${rate(40)}<tLeg>${leg('AB', '<tn>1</tn><rs>A</rs><i>1</i>')}</tLeg><tLeg>${leg('AB', '<tn>2</tn><rs>B</rs><i>1</i>')}</tLeg></dSpread>
<spotRate><r>1</r><pe>202603</pe><sprd>5</sprd><outr>70</outr></spotRate></ccDef>
<ccDef>${leg('CD', '')}<currency>USD</currency><riskExponent>1</riskExponent>${link(2)}</ccDef>
<interSpreads><dSpread><spread>1</spread><chargeMeth>W</chargeMeth>${rate(0.5)}
<tLeg>${leg('AB', '<tn>0</tn><rs>A</rs><i>1</i>')}</tLeg><tLeg>${leg('CD', '<tn>0</tn><rs>B</rs><i>2</i>')}</tLeg></dSpread></interSpreads>
</clearingOrg></pointInTime></spanFile>`;
}

function point(number: number, thirds: number, volatility: number, weight: number, paired: number): string {
  return `<scanPointDef><point>${number}</point><priceScanDef><mult>${thirds}</mult><numerator>1</numerator><denominator>3</denominator></priceScanDef>` +
    `<volScanDef><mult>${volatility}</mult></volScanDef><weight>${weight}</weight><pairedPoint>${paired}</pairedPoint></scanPointDef>`;
}
