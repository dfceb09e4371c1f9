"""GARCH(1,1) fits by scipy, for test/dynamic/garch-fit.test.ts: another optimiser, another parametrisation, the
likelihood written again. Writes test/dynamic/garch.json: python3 test/golden/oracle/garch.py

The series are simulated here: returns as numbers rounded to 6 decimals, in percent.
"""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln


def simulate(seed, count, mu, omega, alpha, beta, nu):
    random = np.random.default_rng(seed)
    variance = omega / (1 - alpha - beta)
    returns = []
    for _ in range(count):
        shock = random.standard_normal() if nu is None else random.standard_t(nu) * np.sqrt((nu - 2) / nu)
        residual = np.sqrt(variance) * shock
        returns.append(round(float(mu + residual), 6))
        variance = omega + alpha * residual**2 + beta * variance
    return returns


def negative_log_likelihood(theta, returns, nu_free):
    mu, omega, alpha, beta = theta[:4]
    residuals = returns - mu
    mean_square = np.mean(residuals**2)
    variance = np.empty(len(returns))
    variance[0] = omega + (alpha + beta) * mean_square
    for t in range(1, len(returns)):
        variance[t] = omega + alpha * residuals[t - 1] ** 2 + beta * variance[t - 1]
    if np.any(variance <= 0):
        return 1e10
    if not nu_free:
        return 0.5 * np.sum(np.log(2 * np.pi) + np.log(variance) + residuals**2 / variance)
    nu = theta[4]
    constant = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(np.pi * (nu - 2))
    terms = constant - 0.5 * np.log(variance) - (nu + 1) / 2 * np.log1p(residuals**2 / variance / (nu - 2))
    return -np.sum(terms)


def fit(returns, nu_free):
    returns = np.array(returns)
    spread = np.var(returns)
    bounds = [(-1, 1), (1e-8, None), (1e-8, 1), (1e-8, 1)] + ([(2.05, 200)] if nu_free else [])
    best = None
    for alpha, beta in [(0.1, 0.8), (0.05, 0.9), (0.2, 0.6)]:
        start = [np.mean(returns), spread * (1 - alpha - beta), alpha, beta] + ([6] if nu_free else [])
        for _ in range(4):
            found = minimize(negative_log_likelihood, start, (returns, nu_free), "L-BFGS-B", bounds=bounds)
            found = minimize(negative_log_likelihood, found.x, (returns, nu_free), "Nelder-Mead",
                             options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 40000, "maxfev": 40000})
            start = found.x
        if best is None or found.fun < best.fun:
            best = found
    names = ["mu", "omega", "alpha", "beta", "degreesOfFreedom"]
    return {**dict(zip(names, map(float, best.x))), "logLikelihood": float(-best.fun)}


cases = []
for seed, count, nu in [(1, 900, None), (2, 1500, None), (3, 900, 6), (4, 1500, 5)]:
    returns = simulate(seed, count, 0.05, 0.03, 0.1, 0.86, nu)
    case = {"returns": returns, "normal": fit(returns, False)}
    if nu is not None:
        case["student-t"] = fit(returns, True)
    cases.append(case)
target = Path(__file__).parents[2] / "dynamic" / "garch.json"
target.write_text(json.dumps({"source": "test/golden/oracle/garch.py (scipy)", "cases": cases}) + "\n")
print([{k: v for k, v in case.items() if k != "returns"} for case in cases])
