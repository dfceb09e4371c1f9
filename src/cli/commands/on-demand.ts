/** A command whose module is loaded when it is run: one command needs a third of all modules, and starts in half the time. */
function onDemand<Given extends unknown[], Result>(
  load: () => Promise<(...given: Given) => Result | Promise<Result>>,
): (...given: Given) => Promise<Result> {
  return async (...given) => (await load())(...given);
}

export const collateral = onDemand(async () => (await import('./collateral.ts')).collateral);
export const cascade = onDemand(async () => (await import('./cascade.ts')).cascade);
export const compare = onDemand(async () => (await import('./compare.ts')).compare);
export const demo = onDemand(async () => (await import('./demo.ts')).demo);
export const explain = onDemand(async () => (await import('./explain.ts')).explain);
export const generate = onDemand(async () => (await import('./generate.ts')).generate);
export const adl = onDemand(async () => (await import('./adl.ts')).adl);
export const defaultFund = onDemand(async () => (await import('./default-fund.ts')).defaultFund);
export const american = onDemand(async () => (await import('./american.ts')).american);
export const greeks = onDemand(async () => (await import('./greeks.ts')).greeks);
export const inspect = onDemand(async () => (await import('./inspect.ts')).inspect);
export const repair = onDemand(async () => (await import('./journal.ts')).repair);
export const replay = onDemand(async () => (await import('./journal.ts')).replay);
export const show = onDemand(async () => (await import('./journal.ts')).show);
export const verify = onDemand(async () => (await import('./journal.ts')).verify);
export const layout = onDemand(async () => (await import('./layout.ts')).layout);
export const liquidationPrice = onDemand(async () => (await import('./liquidation-price.ts')).liquidationPrice);
export const liquidate = onDemand(async () => (await import('./liquidate.ts')).liquidate);
export const margin = onDemand(async () => (await import('./margin.ts')).margin);
export const market = onDemand(async () => (await import('./market.ts')).market);
export const models = onDemand(async () => (await import('./models.ts')).models);
export const procyclicalityCommand = onDemand(async () => (await import('./procyclicality.ts')).procyclicalityCommand);
export const run = onDemand(async () => (await import('./run.ts')).run);
export const reconcile = onDemand(async () => (await import('./reconcile.ts')).reconcile);
export const whatIfCommand = onDemand(async () => (await import('./what-if.ts')).whatIfCommand);
export const monitor = onDemand(async () => (await import('./monitor.ts')).monitor);
export const backtest = onDemand(async () => (await import('./backtest.ts')).backtest);
export const crisesCommand = onDemand(async () => (await import('./scenarios.ts')).crisesCommand);
export const crisisCommand = onDemand(async () => (await import('./scenarios.ts')).crisisCommand);
export const filteredCommand = onDemand(async () => (await import('./scenarios.ts')).filteredCommand);
export const gridCommand = onDemand(async () => (await import('./scenarios.ts')).gridCommand);
export const historicalCommand = onDemand(async () => (await import('./scenarios.ts')).historicalCommand);
export const showScenarios = onDemand(async () => (await import('./scenarios.ts')).showScenarios);
export const stressedCommand = onDemand(async () => (await import('./scenarios.ts')).stressedCommand);
export const grid = onDemand(async () => (await import('./grid.ts')).grid);
export const reverseStressCommand = onDemand(async () => (await import('./reverse-stress.ts')).reverseStressCommand);
export const stress = onDemand(async () => (await import('./stress.ts')).stress);
export const valueAtRiskCommand = onDemand(async () => (await import('./var.ts')).valueAtRiskCommand);
