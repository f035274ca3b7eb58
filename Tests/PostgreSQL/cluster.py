"""A PostgreSQL of the test's own: in a temporary folder, on a Unix socket in it, gone at the end."""
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile

PROGRAMS = "/usr/lib/postgresql/15/bin"


def _as_postgres(*command):
    """PostgreSQL does not run as root."""
    if os.geteuid() == 0:
        command = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextlib.contextmanager
def cluster():
    """Yields the folder of its socket. Text is compared by its bytes, as SQLite does: page tokens rest on it."""
    folder = tempfile.mkdtemp(prefix="holdpoint-postgresql-")
    data = folder + "/data"
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        _as_postgres(f"{PROGRAMS}/initdb", "--pgdata", data, "--auth=trust", "--username=holdpoint", "--locale=C",
                     "--encoding=UTF8", "--no-sync")
        _as_postgres(f"{PROGRAMS}/pg_ctl", "start", "--wait", "--silent", "--pgdata", data, "--log", folder + "/log",
                     "--options", f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off")
        try:
            yield folder
        finally:
            _as_postgres(f"{PROGRAMS}/pg_ctl", "stop", "--wait", "--mode=immediate", "--pgdata", data)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
