"""OpenStack Swift with its S3 interface, on loopback and in temporary folders: a real verifier of S3."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

BINARIES = ("swift-ring-builder", "swift-account-server", "swift-container-server", "swift-object-server")
PACKAGES = "memcached swift-proxy swift-account swift-container swift-object"
NEEDED = (*BINARIES, "swift-proxy-server", "memcached")
# As Debian's swift-proxy.conf has it: account, user, secret.
ACCESS, SECRET = "leads:writer", "a-secret-of-the-tests"
PROXY = "catch_errors healthcheck cache listing_formats s3api tempauth copy slo dlo proxy-server"


def missing(folder):
    """Why Swift cannot run here, or nothing."""
    absent = [name for name in NEEDED if shutil.which(name, path=search_path()) is None]
    if absent:
        return f"needs {', '.join(absent)}: apt-get install {PACKAGES}"
    probe = Path(folder) / "probe"
    probe.touch()
    try:
        os.setxattr(probe, b"user.swift", b"1")
    except OSError as error:
        return f"needs extended attributes in {folder}: {error}"
    return ""


def search_path():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


STORES = ("account", "container", "object")
WHO = pwd.getpwuid(os.getuid()).pw_name


def section(_title, **words):
    return f"[{_title}]\n" + "".join(f"{name} = {value}\n" for name, value in words.items())


class Swift:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.ports = {name: free_port() for name in ("account", "container", "object", "proxy", "memcached")}
        self.endpoint = f"http://127.0.0.1:{self.ports['proxy']}"
        self.running = []

    def start(self):
        (self.folder / "disks" / "d1").mkdir(parents=True)
        hashes = "[swift-hash]\nswift_hash_path_prefix = a\nswift_hash_path_suffix = b\n"
        (self.folder / "swift.conf").write_text(hashes)
        for name in STORES:
            self._ring(name)
            self._configure(name, f"{name}-server", f"[app:{name}-server]\nuse = egg:swift#{name}\n")
        self._configure("proxy", PROXY, self._filters())
        self._run("memcached", "-l", "127.0.0.1", "-p", str(self.ports["memcached"]), "-m", "16", "-u", WHO)
        for name in (*STORES, "proxy"):
            self._run(f"swift-{name}-server", str(self.folder / f"{name}.conf"))
        for name, port in self.ports.items():
            self._wait_for(name, port)

    def stop(self):
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()

    def _ring(self, name):
        ring = [shutil.which("swift-ring-builder", path=search_path()), f"{name}.builder"]
        device = f"r1z1-127.0.0.1:{self.ports[name]}/d1"
        for words in (("create", "6", "1", "0"), ("add", device, "1"), ("rebalance",)):
            subprocess.run([*ring, *words], cwd=self.folder, check=True, capture_output=True)

    def _configure(self, name, pipeline, sections):
        words = {
            "bind_ip": "127.0.0.1",
            "bind_port": self.ports[name],
            "workers": 0,
            "mount_check": "false",
            "fallocate_reserve": 0,
            "swift_dir": self.folder,
            "devices": self.folder / "disks",
            "user": WHO,
        }
        text = section("DEFAULT", **words) + section("pipeline:main", pipeline=pipeline) + sections
        (self.folder / f"{name}.conf").write_text(text)

    def _filters(self):
        plain = ("catch_errors", "healthcheck", "listing_formats", "copy", "slo", "dlo")
        memory = f"127.0.0.1:{self.ports['memcached']}"
        user = {f"user_{ACCESS.replace(':', '_')}": f"{SECRET} .admin"}
        return "".join(
            [
                section("app:proxy-server", use="egg:swift#proxy", account_autocreate="true"),
                section("filter:cache", use="egg:swift#memcache", memcache_servers=memory),
                section("filter:s3api", use="egg:swift#s3api", location="us-east-1"),
                section("filter:tempauth", use="egg:swift#tempauth", **user),
                *(section(f"filter:{name}", use=f"egg:swift#{name}") for name in plain),
            ]
        )

    def _run(self, *words):
        command = [shutil.which(words[0], path=search_path()), *words[1:]]
        log = (self.folder / f"{words[0]}.log").open("wb")
        with log:
            self.running.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT))

    def _wait_for(self, name, port):
        for _try in range(900):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.1)
        logs = "".join(path.read_text(errors="replace")[-2000:] for path in self.folder.glob("*.log"))
        raise AssertionError(f"{name} did not start: {logs}")
