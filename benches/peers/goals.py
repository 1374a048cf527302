"""What the program itself is to reach: start, memory, writing, many targets, maximum rate; and cost against their number."""

import os
import re
import shutil
import subprocess
import tempfile
import time

from measure import run
from process import until
from subjects import Bare, HostMessenger
from targets import Counting, Web


def all(options, served, say):
    """A line a goal."""
    program = HostMessenger(options.exe)
    lines = ["| what | goal | found | |", "|---|---|---|---|"]
    goals = [binary, memory, start, writing, many, most]
    for goal in goals[:4] if options.quick else goals:
        for what, wanted, found, met in goal(program, options, served, say):
            lines.append(f"| {what} | {wanted} | {found} | {'met' if met else 'not met'} |")
            say(f"{what}: {found} (goal: {wanted})")
    return "\n".join(lines) + "\n"


def binary(program, options, served, say):
    size = os.path.getsize(program.exe) / 1e6
    yield "release binary", "12 MB", f"{size:.1f} MB", size <= 12


def memory(program, options, served, say):
    for number, goal in [(5, 10), (1_000, 12), (10_000, 24)]:
        with started(program, "tcp", number, served["tcp"], "60s") as process:
            # The first checks are spread over ten seconds.
            time.sleep(30)
            found = process.pss_mb()
            yield f"memory (PSS) with {number} targets", f"{goal} MiB", f"{found:.1f} MiB", found <= goal


def start(program, options, served, say):
    for number, goal in [(5, 50), (1_000, 300)]:
        found = []
        for _ in range(5):
            folder = tempfile.mkdtemp(prefix="peers-")
            target = Counting(options.bare, "tcp", folder)
            with target.process, started(program, "tcp", number, target, "60s") as process:
                first = until(target.first, "a first check")
                found.append((first - process.begun) / 1e6)
            shutil.rmtree(folder, ignore_errors=True)
        middle = sorted(found)[2]
        yield f"first check after the start, {number} targets", f"{goal} ms", f"{middle:.0f} ms", middle <= goal


def writing(program, options, served, say):
    with started(program, "disk", 1_000, None, "1s") as process:
        time.sleep(15)
        begun, before = time.monotonic(), process.written_kb()
        time.sleep(60)
        found = (process.written_kb() - before) / (time.monotonic() - begun) * 60
        yield "written to disk at 1,000 checks/s", "1,000 kB a minute", f"{found:.0f} kB a minute", found <= 1_000


def many(program, options, served, say):
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        visits = os.path.join(folder, "visits")
        target = Web(folder, visits)
        with target.process, started(program, "http", 50_000, target, "60s") as process:
            # The first checks are spread over fifty seconds: a thousand a second.
            time.sleep(75)
            begun, cpu, checks = time.monotonic(), process.cpu_ms(), target.count()
            time.sleep(120)
            passed = time.monotonic() - begun
            share = (process.cpu_ms() - cpu) / passed / 10
            rate = (target.count() - checks) / passed
        late = lateness(visits, 60)
    yield "50,000 web targets every 60 s", "60 % of a core", f"{share:.1f} % at {rate:.0f} checks/s", share <= 60
    worst = late[len(late) * 99 // 100]
    yield "how late they are (p99)", "1 s", f"{worst:.2f} s, at most {late[-1]:.2f} s", worst <= 1


def lateness(visits, every):
    """By how much each check came after its time, which is counted from the target's first; sorted."""
    first, number, late = {}, {}, []
    with open(visits, encoding="ascii") as file:
        for line in file:
            at, target = line.split()
            if target in first:
                number[target] += 1
                late.append(max(0, float(at) - first[target] - number[target] * every))
            elif target != "/count":
                first[target], number[target] = float(at), 0
    return sorted(late)


def most(program, options, served, say):
    for kind, goal in [("http", 12_000), ("tcp", 20_000)]:
        best = 0
        for number in (5_000, 10_000, 15_000, 20_000, 30_000):
            found = run(program, kind, number, served[kind], 45, 15).rate
            say(f"{kind}: {number} targets every second: {found:.0f} checks/s")
            if found < best * 1.05:
                break
            best = max(best, found)
        yield f"{kind}: most checks a second", f"{goal:,}", f"{best:,.0f}", best >= goal


class started:
    """The program in a folder of its own, which goes with it."""

    def __init__(self, program, kind, number, target, every):
        self.folder = tempfile.mkdtemp(prefix="peers-")
        self.process = program.start(kind, number, target, self.folder, every)

    def __enter__(self):
        return self.process

    def __exit__(self, *why):
        self.process.__exit__(*why)
        shutil.rmtree(self.folder, ignore_errors=True)


def growth(options, served, say):
    """Cost of a check and memory, from ten targets on; the chart needs gnuplot."""
    numbers = (10, 100, 1_000) if options.quick else (10, 100, 1_000, 3_000, 10_000)
    rows = []
    for subject in (HostMessenger(options.exe), Bare(options.bare)):
        for number in numbers:
            found = run(subject, "tcp", number, served["tcp"], 20 if number > 1_000 else 8, 10)
            rows.append((subject.name, number, found))
            say(f"{subject.name}, {number} targets every second: {found.ms:.4f} ms a check, {found.pss:.1f} MiB")
    chart(rows)
    lines = ["| | targets, each checked every second | ms a check (tcp) | MiB |", "|---|---|---|---|"]
    lines += [f"| {name} | {number} | {found.ms:.4f} | {found.pss:.1f} |" for name, number, found in rows]
    return "\n".join(lines) + "\n"


def chart(rows):
    """benches/peers/growth.svg, where gnuplot is."""
    if not shutil.which("gnuplot"):
        return
    names = list(dict.fromkeys(name for name, *_ in rows))
    data = "\n\n\n".join(
        "\n".join(f"{number} {found.ms}" for other, number, found in rows if other == name) for name in names
    )
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "growth.svg")
    plots = ", ".join(f'$data index {n} with linespoints title "{name}"' for n, name in enumerate(names))
    text = f"""$data << EOD
{data}
EOD
set terminal svg size 800,450 background "white"
set output "{path}"
set logscale x; set xlabel "targets, each checked every second"; set ylabel "ms of CPU a check (tcp)"; set yrange [0:]
plot {plots}
"""
    subprocess.run(["gnuplot"], input=text, text=True, check=True)
    # gnuplot says when; that is not to change the file.
    with open(path, encoding="utf-8") as file:
        svg = re.sub(r"<!--.*?-->", "", file.read(), flags=re.S)
    with open(path, "w", encoding="utf-8") as file:
        file.write(svg)
