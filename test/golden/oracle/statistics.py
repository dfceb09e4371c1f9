"""Distribution functions at 40 digits by mpmath, for test/statistics. Writes test/statistics/distributions.json:
python3 test/golden/oracle/statistics.py

Arguments are doubles taken exactly. Values below 1e-305 or above 1e305 are left out.
"""
import json
from pathlib import Path

from mpmath import beta, binomial, exp, gamma, gammainc, hyp2f1, inf, log, loggamma, mp, mpf, nstr, pi, power, sqrt
from scipy.special import chdtri, gammaincinv, ndtri, stdtrit

mp.dps = 40


def text(value):
    return nstr(value, 20)


def kept(rows):
    return [row for row in rows if 1e-305 < abs(row[-1]) < 1e305]


def gamma_q(a, x):
    return gammainc(mpf(a), mpf(x), inf, regularized=True)


def gamma_p(a, x):
    return gammainc(mpf(a), 0, mpf(x), regularized=True)


def beta_lower(x, a, b):
    a, b, x = mpf(a), mpf(b), mpf(x)
    return power(x, a) * power(1 - x, b) / (a * beta(a, b)) * hyp2f1(a + b, 1, a + 1, x)


def t_tail(t, nu):
    """P(T > t), t >= 0."""
    t, nu = mpf(t), mpf(nu)
    return beta_lower(nu / (nu + t * t), nu / 2, mpf(1) / 2) / 2


def t_pdf(t, nu):
    t, nu = mpf(t), mpf(nu)
    return gamma((nu + 1) / 2) / gamma(nu / 2) / sqrt(nu * pi) * power(1 + t * t / nu, -(nu + 1) / 2)


def newton(f, density, target, start):
    """x > 0 with f(x) = target, by Newton's method on ln f of ln x; density is the derivative of f."""
    u = log(mpf(start))
    for _ in range(100):
        x = exp(u)
        value = f(x)
        step = (log(target) - log(value)) * value / (density(x) * x)
        step = max(min(step, mpf(40)), mpf(-40))
        u += step
        if abs(step) < mpf(10) ** -25:
            return exp(u)
    raise ValueError((target, start))


def t_quantile(p, nu):
    start = float(-stdtrit(nu, p)) if p > 1e-12 else 0
    if not 0 < start < 1e290:
        bound = sqrt(mpf(nu)) * power(t_pdf(0, nu) / (sqrt(mpf(nu)) * p), 1 / mpf(nu))
        z = mpf(float(-ndtri(p)))
        start = min(bound, z + (z ** 3 + z) / (4 * nu))
    return newton(lambda t: t_tail(t, nu), lambda t: -t_pdf(t, nu), mpf(p), start)


def chi_square_pdf(x, k):
    a = mpf(k) / 2
    return power(x / 2, a - 1) * exp(-x / 2) / gamma(a) / 2


def binomial_lower(k, n, p):
    p = mpf(p)
    return sum(binomial(n, j) * power(p, j) * power(1 - p, n - j) for j in range(k + 1))


def binomial_upper(k, n, p):
    p = mpf(p)
    return sum(binomial(n, j) * power(p, j) * power(1 - p, n - j) for j in range(k + 1, n + 1))


shapes = [0.01, 0.25, 0.5, 1, 1.5, 2.5, 7, 12.5, 50, 333.25, 5000]
factors = [1e-3, 0.05, 0.3, 0.8, 1, 1.05, 1.5, 3, 10, 40]
out = {}
out['logGamma'] = [[x, loggamma(mpf(x))] for x in
                   [1e-10, 0.1, 0.5, 0.99, 1.0000001, 1.3, 1.5, 1.9999, 2.1, 2.5, 3.7, 11.5, 12, 33.3, 1000.25, 1e7]]
out['gammaP'] = kept([[a, a * f, gamma_p(a, a * f)] for a in shapes for f in factors])
out['gammaQ'] = kept([[a, a * f, gamma_q(a, a * f)] for a in shapes for f in factors])
out['gammaQ'] += kept([[a, x, gamma_q(a, x)] for a in [0.5, 1, 5, 50] for x in [100, 400, 650, 700]])
pairs = [(0.5, 0.5), (0.05, 0.5), (0.5, 3), (1, 1), (2.5, 0.5), (15, 0.5), (4, 9), (120, 0.5), (50, 200), (2000, 700),
         (10000, 0.5)]
out['beta'] = kept([[x, a, b, beta_lower(x, a, b)] for a, b in pairs
                    for x in [1e-12, 0.001, 0.05, 0.2, 0.5, 0.75, 0.9, 0.99]])
degrees = [0.3, 1, 1.5, 2.5, 4, 10, 30, 100.5, 1000]
out['tCdf'] = kept([[-t, nu, t_tail(t, nu)] for nu in degrees
                    for t in [1e-8, 0.1, 0.7, 1, 2.3, 4, 8, 15, 36, 1e3, 1e6, 1e20, 1e100, 1e200]])
out['tPdf'] = kept([[t, nu, t_pdf(t, nu)] for nu in degrees
                    for t in [0, 1e-8, 0.7, 2.3, 8, 36, 1e3, 1e20, 1e100]])
tails = [1e-300, 1e-100, 1e-20, 1e-9, 1e-4, 0.005, 0.01, 0.025, 0.05, 0.1, 0.24, 0.26, 0.4, 0.499999]
out['tQuantile'] = kept([[p, nu, -t_quantile(p, nu)] for nu in degrees for p in tails if not (nu < 1 and p < 1e-90)])
ks = [0.5, 1, 2, 3, 7.5, 30, 400]
out['chiSquareSurvivalQuantile'] = kept(
    [[q, k, newton(lambda x: gamma_q(mpf(k) / 2, x / 2), lambda x: -chi_square_pdf(x, k), mpf(q), chdtri(k, max(q, 1e-290)))]
     for k in ks for q in [1e-300, 1e-50, 1e-9, 0.001, 0.01, 0.05, 0.3, 0.7, 0.95]])
out['chiSquareQuantile'] = kept(
    [[p, k, newton(lambda x: gamma_p(mpf(k) / 2, x / 2), lambda x: chi_square_pdf(x, k), mpf(p), 2 * gammaincinv(k / 2, p))]
     for k in ks for p in [1e-50, 1e-9, 0.001, 0.05, 0.3, 0.5]])
out['binomialCdf'] = kept([[k, n, p, binomial_lower(k, n, p)] for k, n, p in [
    (0, 250, 0.01), (4, 250, 0.01), (9, 250, 0.01), (2, 4, 0.5), (10, 1000, 0.05), (0, 2500, 0.25), (30, 60, 0.9),
    (1, 100000, 0.001), (3, 5, 1e-20)]])
out['binomialSurvival'] = kept([[k, n, p, binomial_upper(k, n, p)] for k, n, p in [
    (4, 250, 0.01), (9, 250, 0.01), (40, 250, 0.01), (200, 250, 0.01), (2, 4, 0.5), (90, 1000, 0.05), (999, 1000, 0.5),
    (150, 60000, 0.001), (3, 5, 1e-20), (59, 60, 0.9)]])
out['fSurvival'] = kept([[x, d1, d2, beta_lower(mpf(d2) / (mpf(d2) + d1 * mpf(x)), mpf(d2) / 2, mpf(d1) / 2)]
                         for d1, d2 in [(1, 5), (3, 10), (8, 200), (2.5, 1.5)] for x in [0.01, 1, 4, 30, 1e5]])
rows = {name: [[*row[:-1], text(row[-1])] for row in values] for name, values in out.items()}
target = Path(__file__).parents[2] / 'statistics' / 'distributions.json'
body = ',\n'.join(json.dumps(name) + ': [\n' + ',\n'.join(json.dumps(row) for row in values) + '\n]'
                  for name, values in rows.items())
target.write_text('{\n"source": "test/golden/oracle/statistics.py, mpmath at 40 digits",\n' + body + '\n}\n')
print({name: len(values) for name, values in rows.items()})
