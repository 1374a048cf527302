"""What is checked: real servers on loopback that count who comes."""

import os
import re
import socket
import subprocess

from process import Process, until

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
worker_rlimit_nofile 65535;
events {{ worker_connections 20000; }}
http {{ log_format visits '$msec $uri'; access_log {visits};
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 ok; }} location /count {{ stub_status; }} }} }}
"""


def free_port():
    """One that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(address, question=b""):
    """All that is answered."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), 5) as stream:
        stream.sendall(question)
        return b"".join(iter(lambda: stream.recv(4096), b""))


class Web:
    """nginx with one worker, as light as it can be; with `visits` it notes who came when, in that file."""

    def __init__(self, folder, visits=None):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        path = os.path.join(folder, "nginx.conf")
        with open(path, "w", encoding="ascii") as conf:
            noted = f"{visits} visits buffer=64k flush=1s" if visits else "off"
            conf.write(NGINX.format(folder=folder, port=self.port, visits=noted))
        self.process = Process(["nginx", "-p", folder, "-c", path], os.path.join(folder, "nginx.out"))
        until(self._listens, "nginx listens")

    def _listens(self):
        self.process.alive()
        try:
            return self.count() >= 0
        except OSError:
            return False

    def count(self):
        """Requests so far, but for ours."""
        text = ask(self.address, b"GET /count HTTP/1.0\r\n\r\n").decode()
        found = re.search(r"requests\s+(\d+) (\d+) (\d+)", text)
        self.asked = getattr(self, "asked", 0) + 1
        return int(found.group(3)) - self.asked


class Counting:
    """`bare serve KIND`."""

    def __init__(self, bare, kind, folder):
        log = os.path.join(folder, f"{kind}.log")
        self.process = Process([bare, "serve", kind], log, stdout=subprocess.PIPE)
        self.address, self.asked = self.process.child.stdout.readline().decode().split()
        self.port = int(self.address.rsplit(":", 1)[1])

    def count(self):
        """Connections so far."""
        return int(ask(self.asked).split()[0])

    def first(self):
        """When the first came (ns since 1970); 0: not yet."""
        return int(ask(self.asked).split()[1])
