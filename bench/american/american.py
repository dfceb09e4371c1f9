"""American options with QuantLib: the entrant `quantlib` of the workload `american`.

    american.py INPUT OUTPUT

Reads sign, spot, strike, time in days, volatility, rate and yield once; answers every line on standard input with the
milliseconds that all prices took; writes those of the last pass when its input ends. The engine is QuantLib's own
fixed point of the exercise boundary (Andersen, Lake and Offengenden), its accurate scheme; quotes are moved, objects
are made once.
"""
import sys
import time

import numpy as np
import QuantLib as ql


class Pricer:
    def __init__(self):
        self.today = ql.Date(1, 1, 2026)
        ql.Settings.instance().evaluationDate = self.today
        self.quotes = [ql.SimpleQuote(value) for value in (100.0, 0.2, 0.01, 0.0)]
        spot, volatility, rate, dividend = (ql.QuoteHandle(quote) for quote in self.quotes)
        days, calendar = ql.Actual365Fixed(), ql.NullCalendar()
        curve = lambda quote: ql.YieldTermStructureHandle(ql.FlatForward(self.today, quote, days))
        surface = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(self.today, calendar, volatility, days))
        process = ql.BlackScholesMertonProcess(spot, curve(dividend), curve(rate), surface)
        self.engine = ql.QdFpAmericanEngine(process)

    def price(self, sign, spot, strike, days, volatility, rate, dividend):
        for quote, value in zip(self.quotes, (spot, volatility, rate, dividend)):
            quote.setValue(value)
        kind = ql.Option.Call if sign > 0 else ql.Option.Put
        exercise = ql.AmericanExercise(self.today, self.today + int(days))
        option = ql.VanillaOption(ql.PlainVanillaPayoff(kind, strike), exercise)
        option.setPricingEngine(self.engine)
        return option.NPV()


def main():
    source, output = sys.argv[1:]
    raw = np.fromfile(source, dtype=np.float64)
    count = int(raw[:1].view(np.int64)[0])
    rows = list(zip(*(raw[1 + index * count : 1 + (index + 1) * count].tolist() for index in range(7))))
    pricer = Pricer()
    result = None
    for _line in sys.stdin:
        start = time.perf_counter()
        result = [pricer.price(*row) for row in rows]
        print((time.perf_counter() - start) * 1e3, flush=True)
    if result is not None:
        np.array(result).tofile(output)


if __name__ == "__main__":
    main()
