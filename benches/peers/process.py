"""Processes that are started, measured by the kernel's own accounting, and ended by their number."""

import os
import signal
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


class Process:
    """One that ends with the block it was started in."""

    def __init__(self, command, log, **more):
        self.begun = time.time_ns()
        with open(log, "ab") as out:
            self.child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=more.pop("stdout", out), stderr=out, **more
            )
        self.pid = self.child.pid
        self.log = log

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        if self.child.stdout:
            self.child.stdout.close()

    def alive(self):
        if self.child.poll() is not None:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                raise RuntimeError(f"{self.child.args[0]} has ended:\n{log.read()[-2000:]}")

    def cpu_ms(self):
        """User and system time of it, to the nanosecond, and of the children that it has waited for, in ticks."""
        self.alive()
        # The clock of another process, as clock_getcpuclockid(3) names it.
        own = time.clock_gettime((~self.pid << 3) | 2) * 1000
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return own + sum(int(field) for field in fields[13:15]) * 1000 / TICK

    def pss_mb(self):
        """Proportional set size, in MiB."""
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as maps:
            kilobytes = next(line for line in maps if line.startswith("Pss:")).split()[1]
        return int(kilobytes) / 1024

    def written_kb(self):
        """What it had written to disks."""
        with open(f"/proc/{self.pid}/io", encoding="ascii") as io:
            found = next(line for line in io if line.startswith("write_bytes"))
        return int(found.split()[1]) / 1024


def until(condition, what, seconds=30):
    """Waits for a condition."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise RuntimeError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
    return found
