"""The results, as Markdown."""

import datetime
import os
import platform
import shutil
import subprocess
import sys


def version(command):
    """The first line of what a program says of itself."""
    if not shutil.which(command[0]):
        return None
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).strip().splitlines()
    return said[0].strip() if said else command[0]


def head(options):
    """When, where, and with what."""
    with open("/proc/meminfo", encoding="ascii") as info:
        memory = int(info.readline().split()[1]) // (1 << 20)
    versions = [
        version([options.exe, "--version"]), version(["nginx", "-v"]), version(["monit", "-V"]),
        version(["prometheus-blackbox-exporter", "--version"]), version(["prometheus-node-exporter", "--version"]),
        version([options.vigil or "vigil", "--version"]),
        version(["/usr/lib/nagios/plugins/check_tcp", "--version"]),
    ]
    hidden = {"--exe", "--bare", "--vigil", "--out"}
    words = " ".join(
        word for before, word in zip(sys.argv, sys.argv[1:]) if word not in hidden and before not in hidden
    )
    lines = [
        f"{datetime.date.today()}, {os.cpu_count()} cores, {memory} GiB, Linux {platform.release()}; "
        f"`benches/peers/run {words}`",
        "",
        "; ".join(text for text in versions if text),
        "",
    ]
    return "\n".join(lines) + "\n"


def table(found, middle):
    """A row a subject, a column a kind and rate: median, spread, ratio to ours."""
    columns = sorted({(kind, rate) for _, kind, rate in found if rate}, key=lambda column: (column[0], column[1]))
    names = list(dict.fromkeys(name for name, _, _ in found))
    lines = ["CPU of one check in ms: median (least to most), and the ratio to HostMessenger.", ""]
    lines += ["| | " + " | ".join(f"{kind}, {rate}/s" for kind, rate in columns) + " |"]
    lines += ["|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = [cell(found, name, kind, rate, middle) for kind, rate in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "Memory (PSS, MiB) at these numbers of targets:", ""]
    lines += ["| | " + " | ".join(f"{kind}, {rate}" for kind, rate in columns) + " |"]
    lines += ["|---" * (len(columns) + 1) + "|"]
    for name in names:
        runs = [found.get((name, kind, rate)) for kind, rate in columns]
        lines.append(f"| {name} | " + " | ".join(
            f"{middle([run.pss for run in cell]):.1f}" if cell else "" for cell in runs) + " |")
    return "\n".join(lines) + "\n"


def cell(found, name, kind, rate, middle):
    """One cell. Who makes a process for each check costs the same at any rate."""
    runs = found.get((name, kind, rate)) or found.get((name, kind, 0))
    ours = found.get(("HostMessenger", kind, rate))
    if not runs:
        return ""
    ms = [run.ms for run in runs]
    text = f"{middle(ms):.4f} ({min(ms):.4f} to {max(ms):.4f})"
    if ours and name != "HostMessenger":
        text += f", x{middle(ms) / middle([run.ms for run in ours]):.2f}"
    kept = middle([run.rate for run in runs])
    if rate and runs is found.get((name, kind, rate)) and kept < rate * 0.9:
        text += f", only {kept:.0f}/s"
    return text
