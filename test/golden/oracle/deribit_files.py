"""Golden files of Deribit's portable models: exact inputs, expected amounts as decimal strings of 32 digits."""
import json
import pathlib
import sys

from mpmath import mp, mpf, nstr

mp.dps = 80
DIGITS = 32
YEAR_MS = 365 * 24 * 3600 * 1000
DAY_MS = 24 * 3600 * 1000


def plain(value):
    """Decimals as strings: a JSON number would be a 64-bit float again."""
    if isinstance(value, mpf):
        return nstr(value, DIGITS, strip_zeros=True)
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return value


def write_all(model, cases, account):
    """Writes (or, with --check, compares) one file per case; `account` gives its netting sets."""
    check = "--check" in sys.argv[1:]
    folder = pathlib.Path(__file__).resolve().parent.parent / model
    folder.mkdir(exist_ok=True)
    names = []
    for number, case in enumerate(cases, 1):
        name = f"{number:03d}-{case.pop('name')}.json"
        names.append(name)
        content = {"model": model, **case}
        if "expectedRefusal" not in case:
            content["expected"] = plain(account(case))
        text = json.dumps(content, indent=1) + "\n"
        path = folder / name
        if check and (not path.exists() or path.read_text() != text):
            raise SystemExit(f"{name} is not what the oracle writes")
        if not check:
            path.write_text(text)
    stale = sorted(path.name for path in folder.glob("*.json") if path.name not in names)
    if stale:
        raise SystemExit(f"files that no case writes: {', '.join(stale)}")
    print(f"{len(names)} golden portfolios of {model} {'checked' if check else 'written'}")
