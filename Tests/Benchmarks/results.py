"""RESULTS.md: the tables of a run, and what it was run on."""

import os
import platform
import subprocess
import time

import building

PATH = os.path.join(building.HERE, "RESULTS.md")
# From here on the file is written by people, and kept.
MISSES = "## Misses"
PACKAGES = {"gRPC C++": "libgrpc++1.51", "libvirt": "libvirt-daemon", "etcd": "etcd-server", "SQLite": "libsqlite3-0"}


def write(report, command, seconds):
    head = f"# Results\n\n`{command}`, {time.strftime('%Y-%m-%d')}, {seconds:.0f} s.\n"
    text = "\n".join([head, versions(), report.text, kept()])
    with open(PATH, "w", encoding="utf-8") as file:
        file.write(text)


def versions():
    found = {
        "Holdpoint": said(["git", "-C", building.REPOSITORY, "describe", "--always", "--dirty"]),
        "Swift": said([os.environ.get("SWIFT", "swift"), "--version"]).splitlines()[0],
        **{name: said(["dpkg-query", "-W", "-f", "${Version}", package]) for name, package in PACKAGES.items()},
        "machine": f"{os.cpu_count()} cores, {processor()}, Linux {platform.release()}",
    }
    return "\n".join(f"- {name}: {version}" for name, version in found.items()) + "\n"


def said(words):
    """What a command prints; it may be missing."""
    try:
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip() or "?"
    except OSError:
        return "?"


def processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def kept():
    old = ""
    if os.path.exists(PATH):
        with open(PATH, encoding="utf-8") as file:
            old = file.read()
    return MISSES + (old.partition(MISSES)[2] or "\n")
