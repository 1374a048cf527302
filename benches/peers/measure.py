"""One subject at one kind and rate: processor time for each check, memory, and whether it kept up."""

import os
import resource
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request

from process import Process
from targets import free_port


class Figures:
    """What a run showed."""

    def __init__(self, ms, rate, pss):
        self.ms, self.rate, self.pss = ms, rate, pss


def checks_of(target, number, begun):
    """How many checks were made: counted by the target; of disks only the pace is known."""
    return target.count() if target else number * (time.monotonic() - begun)


def run(subject, kind, number, target, warm, window):
    """Starts it, lets it warm up, and looks at a window of some seconds."""
    folder = tempfile.mkdtemp(prefix="peers-")
    os.chmod(folder, 0o700)
    try:
        with subject.start(kind, number, target, folder) as process:
            time.sleep(warm)
            begun, cpu, checks = time.monotonic(), process.cpu_ms(), checks_of(target, number, time.monotonic())
            time.sleep(window)
            passed = time.monotonic() - begun
            spent = process.cpu_ms() - cpu
            made = checks_of(target, number, begun) - checks
            if made <= 0:
                raise RuntimeError(f"{subject.name} made no checks of {kind}")
            return Figures(spent / made, made / passed, process.pss_mb())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Exporter:
    """blackbox_exporter and node_exporter check when they are asked, so this script asks; its own cost is not counted."""

    name = "blackbox / node exporter"

    MODULES = """
modules:
  http: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4}}
  tcp: {prober: tcp, timeout: 2s}
  ftp: {prober: tcp, timeout: 2s, tcp: {query_response: [{expect: "^220", send: "USER anonymous"}, {expect: "^331", send: "PASS x"}, {expect: "^230", send: "QUIT"}]}}
"""

    def can(self, kind, number):
        program = "prometheus-node-exporter" if kind == "disk" else "prometheus-blackbox-exporter"
        return number <= 100 and shutil.which(program)

    def start(self, kind, number, target, folder):
        port = free_port()
        log = os.path.join(folder, "log")
        if kind == "disk":
            options = ["--collector.disable-defaults", "--collector.filesystem", "--web.disable-exporter-metrics"]
            command = ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}", *options]
            url = f"http://127.0.0.1:{port}/metrics"
        else:
            path = os.path.join(folder, "blackbox.yml")
            with open(path, "w", encoding="ascii") as file:
                file.write(self.MODULES)
            command = [
                "prometheus-blackbox-exporter", f"--config.file={path}", f"--web.listen-address=127.0.0.1:{port}",
                "--log.level=error",
            ]
            scheme = "http://" if kind == "http" else ""
            url = f"http://127.0.0.1:{port}/probe?module={kind}&target={scheme}{target.address}"
        process = Process(command, log)
        threading.Thread(target=self._ask, args=(process, url, number), daemon=True).start()
        return process

    @staticmethod
    def _ask(process, url, rate):
        made, begun = 0, time.monotonic() + 1
        time.sleep(1)
        while process.child.poll() is None:
            while made < (time.monotonic() - begun) * rate:
                try:
                    urllib.request.urlopen(url, timeout=5).read()
                except OSError:
                    # It is on its way up, or down.
                    time.sleep(0.05)
                made += 1
            time.sleep(0.1)


class Plugins:
    """monitoring-plugins: a process for each check, as Nagios and its like start them."""

    name = "monitoring-plugins"
    FOLDER = "/usr/lib/nagios/plugins"

    def can(self, kind, number):
        return number <= 100 and os.path.exists(os.path.join(self.FOLDER, "check_tcp"))

    def measure(self, kind, target, count=200):
        """The cost of some, one after the other."""
        command = {
            "http": lambda: ["check_http", "-H", "127.0.0.1", "-p", str(target.port)],
            "tcp": lambda: ["check_tcp", "-H", "127.0.0.1", "-p", str(target.port)],
            "ftp": lambda: ["check_ftp", "-H", "127.0.0.1", "-p", str(target.port)],
            "disk": lambda: ["check_disk", "-w", "0%", "-p", "/"],
        }[kind]()
        command[0] = os.path.join(self.FOLDER, command[0])

        def spent():
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            return (used.ru_utime + used.ru_stime) * 1000

        before, begun = spent(), time.monotonic()
        for _ in range(count):
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return Figures((spent() - before) / count, count / (time.monotonic() - begun), 0.0)
