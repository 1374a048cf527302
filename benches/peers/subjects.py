"""Who is compared: each makes a configuration for a kind, a number of targets and a pace of one second, and is started."""

import os
import shutil

from process import Process
from targets import free_port

KINDS = ("http", "tcp", "ftp", "disk")


def write(path, text):
    """A file for us alone."""
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path


class HostMessenger:
    """The program itself: actors, journal, alerts, log at info."""

    name = "HostMessenger"

    def __init__(self, exe):
        self.exe = exe

    def can(self, kind, number):
        return True

    def start(self, kind, number, target, folder, every="1s"):
        timeout = "900ms" if every == "1s" else "5s"
        address = f"host: 127.0.0.1, port: {target.port}" if target else ""
        options = {
            "http": lambda n: f'kind: web, url: "http://{target.address}/{n}"',
            "tcp": lambda n: f"kind: port, {address}",
            "ftp": lambda n: f"kind: ftp, {address}",
            "disk": lambda n: "kind: disk, path: /, min_free: 1B",
        }[kind]
        lines = [f"  - {{name: target {n}, {options(n)}}}\n" for n in range(number)]
        # Once and not in each line: a configuration has 4 MiB at the most.
        head = f"data_dir: data\ndefaults: {{every: {every}, timeout: {timeout}}}\ntargets:\n"
        path = write(os.path.join(folder, "hostmessenger.yaml"), head + "".join(lines))
        return Process([self.exe, "--config", path, "run", "--no-console", "--no-tray"], os.path.join(folder, "log"))


class Bare:
    """The cheapest checks that can be made, one after the other, and nothing else."""

    name = "bare"

    def __init__(self, exe):
        self.exe = exe

    def can(self, kind, number):
        return True

    def start(self, kind, number, target, folder):
        return Process(
            [self.exe, "check", kind, target.address if target else "/", str(number)], os.path.join(folder, "log")
        )


class Monit:
    """Monit: one thread, all services once a cycle of one second; tells by mail, stores states."""

    name = "Monit"

    def can(self, kind, number):
        return shutil.which("monit") and kind in ("http", "tcp", "ftp", "disk")

    def start(self, kind, number, target, folder):
        test = {
            "http": lambda n: f'protocol http request "/{n}"',
            "tcp": lambda n: "",
            "ftp": lambda n: "protocol ftp",
        }
        if kind == "disk":
            lines = [f'check filesystem t{n} with path /\n  if space usage > 99.9% then alert\n' for n in range(number)]
        else:
            lines = [
                f"check host t{n} with address 127.0.0.1\n  if failed port {target.port} {test[kind](n)} then alert\n"
                for n in range(number)
            ]
        head = f"set daemon 1\nset logfile {folder}/monit.log\nset idfile {folder}/id\nset statefile {folder}/state\n"
        path = write(os.path.join(folder, "monitrc"), head + "".join(lines))
        pid = os.path.join(folder, "monit.pid")
        return Process(["monit", "-I", "-c", path, "-p", pid], os.path.join(folder, "log"))


class Vigil:
    """Vigil: a thread for polling, another for its page; polls by HTTP (HEAD) and TCP; no FTP, no disks."""

    name = "Vigil"

    def __init__(self, exe):
        self.exe = exe

    def can(self, kind, number):
        return os.path.exists(self.exe) and kind in ("http", "tcp")

    def start(self, kind, number, target, folder):
        scheme = {"http": "http", "tcp": "tcp"}[kind]
        # It knows the replicas of a node by their address, so each target is a node.
        nodes = "".join(
            f'[[probe.service.node]]\nid = "n{n}"\nlabel = "n{n}"\nmode = "poll"\n'
            f'replicas = ["{scheme}://{target.address}{f"/{n}" if kind == "http" else ""}"]\n'
            for n in range(number)
        )
        text = f"""
[server]
log_level = "error"
inet = "127.0.0.1:{free_port()}"
workers = 1
manager_token = "x"
reporter_token = "x"
[assets]
path = "{folder}"
[branding]
page_title = "x"
page_url = "http://127.0.0.1/"
company_name = "x"
icon_color = "#1972F5"
icon_url = "http://127.0.0.1/"
logo_color = "#1972F5"
logo_url = "http://127.0.0.1/"
website_url = "http://127.0.0.1/"
support_url = "http://127.0.0.1/"
[metrics]
poll_interval = 1
poll_retry = 1
poll_parallelism = {number}
poll_http_status_healthy_above = 200
poll_http_status_healthy_below = 400
poll_delay_dead = 10
poll_delay_sick = 5
[notify]
[probe]
[[probe.service]]
id = "a"
label = "a"
{nodes}"""
        path = write(os.path.join(folder, "vigil.cfg"), text)
        return Process([self.exe, "-c", path], os.path.join(folder, "log"))
