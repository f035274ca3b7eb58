"""Fills the tables of a server that does not run: thousands of volumes in a second instead of an hour."""

import os
import random
import sqlite3
import time

MEBIBYTE = 1 << 20
ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
DESCRIPTION = "a volume among many, described in about sixty characters"


def fill(state, count, seed=1):
    """Adds volumes with a layer each to a state directory. Returns their ids.

    The layers' files are empty: they are measured, as for every volume that is shown, but nobody reads a byte."""
    generator = random.Random(seed)
    connection = sqlite3.connect(os.path.join(state, "metadata.sqlite"))
    with connection:
        (project,) = connection.execute("SELECT id FROM project WHERE name = 'default'").fetchone()
        volumes = [volume(generator, project, number) for number in range(count)]
        connection.executemany(
            "INSERT INTO layer (id, parent_id, size_bytes, depth, state) VALUES (?, NULL, ?, 0, 'ACTIVE')",
            [(each["top_layer_id"], each["size_bytes"]) for each in volumes])
        columns = list(volumes[0])
        connection.executemany(
            f"INSERT INTO volume ({', '.join(columns)}) VALUES ({', '.join(':' + each for each in columns)})", volumes)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for each in volumes:
        os.close(os.open(os.path.join(state, "layers", f"{each['top_layer_id']}.qcow2"), os.O_CREAT, 0o600))
    return [each["id"] for each in volumes]


def volume(generator, project, number):
    """A row of the table, with the columns that must have a value."""
    created = int(time.time() * 1000) - 1000 * number
    return {
        "id": identifier(generator, "vol"), "project_id": project, "name": f"volume-{number}",
        "description": DESCRIPTION, "labels": '{"tier":"bench"}', "deletion_protection": 0, "state": "AVAILABLE",
        "state_since": created, "create_time": created, "revision": 1 + number,
        "size_bytes": generator.randint(1, 4096) * MEBIBYTE, "boot": 0,
        "top_layer_id": identifier(generator, "lay"), "writer_was_killed": 0,
    }


def identifier(generator, prefix):
    return f"{prefix}-{''.join(generator.choices(ID_LETTERS, k=12))}"
