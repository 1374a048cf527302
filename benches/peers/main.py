"""Compares what a check costs, in HostMessenger and in its peers; see `run --help`."""

import argparse
import contextlib
import os
import statistics
import sys
import tempfile

import goals
import report
from measure import Exporter, Plugins, run
from subjects import KINDS, Bare, HostMessenger, Monit, Vigil
from targets import Counting, Web


def arguments():
    parser = argparse.ArgumentParser(
        prog="benches/peers/run",
        description="Runs HostMessenger, a bare loop and the peers that are installed in turn over the same targets on "
        "loopback, and prints the processor time of each check (user and system, ms). Nothing else should run meanwhile.",
    )
    parser.add_argument("what", nargs="?", choices=["compare", "goals", "growth"], default="compare",
                        help="compare: the table of peers (default); goals: what the program is to reach; "
                        "growth: cost against the number of targets, as a chart")
    parser.add_argument("--quick", action="store_true", help="one round of short windows, under five minutes")
    parser.add_argument("--only", default=",".join(KINDS), help="kinds, with commas (default: %(default)s)")
    parser.add_argument("--rates", default="100,1000", help="checks a second (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the order rotates (default: %(default)s)")
    parser.add_argument("--exe", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--bare", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--vigil", default="", help=argparse.SUPPRESS)
    parser.add_argument("--out", help="write the results there as well")
    return parser.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


def targets(bare, folder, stack):
    """What is checked; disks need nobody."""
    served = {"http": Web(folder), "tcp": Counting(bare, "tcp", folder), "ftp": Counting(bare, "ftp", folder)}
    for target in served.values():
        stack.enter_context(target.process)
    return served | {"disk": None}


def compare(options, served):
    """Every subject at every kind and rate, in rounds."""
    warm, window = (4, 5) if options.quick else (8, 10)
    rounds = 1 if options.quick else options.rounds
    rates = [1000] if options.quick else [int(rate) for rate in options.rates.split(",")]
    subjects = [HostMessenger(options.exe), Bare(options.bare), Monit(), Vigil(options.vigil), Exporter()]
    found = {}
    for number in range(rounds):
        order = subjects[number % len(subjects):] + subjects[:number % len(subjects)]
        for kind in options.only.split(","):
            for rate in rates:
                for subject in order:
                    if not subject.can(kind, rate):
                        continue
                    figures = run(subject, kind, rate, served[kind], warm, window)
                    found.setdefault((subject.name, kind, rate), []).append(figures)
                    say(f"round {number + 1} of {rounds}: {subject.name}, {kind}, {rate}/s: {figures.ms:.4f} ms a check, "
                        f"{figures.rate:.0f}/s, {figures.pss:.1f} MiB")
            plugins = Plugins()
            if plugins.can(kind, 1):
                figures = plugins.measure(kind, served[kind], 50 if options.quick else 200)
                found.setdefault((plugins.name, kind, 0), []).append(figures)
                say(f"round {number + 1} of {rounds}: {plugins.name}, {kind}: {figures.ms:.3f} ms a check")
    return found


def main():
    options = arguments()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="peers-"))
        served = targets(options.bare, folder, stack)
        if options.what == "compare":
            text = report.table(compare(options, served), statistics.median)
        elif options.what == "growth":
            text = goals.growth(options, served, say)
        else:
            text = goals.all(options, served, say)
        text = report.head(options) + text
        print(text)
        if options.out:
            with open(options.out, "w", encoding="utf-8") as file:
                file.write(text)


if __name__ == "__main__":
    os.umask(0o077)
    main()
