"""`python -m benchmarks [--leads N] [--rounds N]`: fill a database of its own, then print the table of ratios."""

from __future__ import annotations

import argparse

from benchmarks import store


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", action="store_true", help="only what staff look at")
    parser.add_argument("--kept", action="store_true", help="in the database that stands, without filling it")
    options = parser.parse_args()
    store.use()
    workspace, key = store.found() if options.kept else store.fill(options.leads, history=options.pages)
    from benchmarks import imports, pages, patch, staff

    for line in (*pages.measure(workspace), *staff.measure(workspace)):
        print(line, flush=True)
    if options.pages:
        return
    print(patch.measure(workspace, key, options.leads, options.rounds), flush=True)
    # Last, because it leaves its leads behind.
    for line in imports.measure(workspace, max(2000, options.leads // 10), options.rounds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
