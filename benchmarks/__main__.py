"""`python -m benchmarks [--leads N] [--rounds N]`: fill a database of its own, then print the table of ratios."""

from __future__ import annotations

import argparse

from benchmarks import store


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    store.use()
    workspace, key = store.fill(options.leads)
    from benchmarks import pages, patch

    for line in pages.measure(workspace):
        print(line, flush=True)
    print(patch.measure(workspace, key, options.leads, options.rounds), flush=True)


if __name__ == "__main__":
    main()
