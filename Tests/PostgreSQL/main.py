"""Replays what the scenarios asked of SQLite, in SQLite and in PostgreSQL, and compares every answer."""
import base64
import collections
import json
import pathlib
import signal
import sqlite3
import sys
import time

import psycopg

from cluster import cluster
from dialect import FUNCTIONS, translated

SHOWN_DIFFERENCES = 20
# Of a whole run of the scenarios; fewer are no whole record.
LEAST_STATEMENTS = 120
# Scenarios change some rows behind the record's back.
LARGEST_REFUSED_PART = 20


class Different(Exception):
    """One of the two databases answered otherwise."""


class Databases:
    """The same metadata twice."""

    def __init__(self, socket, name, migrations):
        with psycopg.connect(host=socket, user="holdpoint", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        self.lite = sqlite3.connect(":memory:", isolation_level=None)
        self.lite.execute("PRAGMA foreign_keys = ON")
        self.post = psycopg.connect(host=socket, user="holdpoint", dbname=name, autocommit=True)
        self.post.execute(FUNCTIONS)
        for statements in migrations:
            for sql in statements:
                self.lite.execute(sql)
                self.post.execute(translated(sql))

    def close(self):
        self.lite.close()
        self.post.close()

    def transaction(self, line, seen):
        """Runs one in both; false if both refused it. What was undone when it was recorded is undone here."""
        self.lite.execute("BEGIN")
        self.post.execute("BEGIN")
        failed = False
        for statement in line["statements"]:
            seen[statement["sql"]] += 1
            if not self.ask(statement):
                failed = True
                break
        ending = "COMMIT" if line["isKept"] and not failed else "ROLLBACK"
        self.lite.execute(ending)
        self.post.execute(ending)
        return not failed

    def ask(self, statement):
        """Returns false if both refused it."""
        arguments = [base64.b64decode(a["base64"]) if isinstance(a, dict) else a for a in statement["arguments"]]
        sql = statement["sql"]
        refusals = []
        try:
            lite = self.lite.execute(sql, arguments)
            rows, changed = lite.fetchall(), lite.rowcount
        except sqlite3.Error as error:
            refusals.append(f"SQLite: {error}")
        try:
            post = self.post.execute(translated(sql), arguments)
            post_rows, post_changed = (post.fetchall() if post.description else []), post.rowcount
        except psycopg.Error as error:
            refusals.append(f"PostgreSQL: {error}")
        if refusals:
            if len(refusals) == 1:
                raise Different(f"{refusals[0]}\n{sql}\n{arguments}")
            return False
        # Without an order, or among equals, each has its own.
        if sorted(map(repr, rows)) != sorted(map(repr, map(tuple, post_rows))):
            raise Different(f"{rows[:3]} is {post_rows[:3]}\n{sql}\n{arguments}")
        if not statement["isQuery"] and changed != post_changed:
            raise Different(f"{changed} rows changed, {post_changed} in PostgreSQL\n{sql}\n{arguments}")
        return True


def statements(path):
    """All that were asked of a store."""
    with path.open() as lines:
        return {statement["sql"] for line in lines for statement in json.loads(line)["statements"]}


def chosen(stores):
    """Stores in which, together, every statement was asked: small ones first, those without a new one left out."""
    known = set()
    for path in stores:
        new = statements(path) - known
        if new:
            known |= new
            yield path


def main():
    # So that the cluster goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = pathlib.Path(sys.argv[1])
    start = time.monotonic()
    migrations = json.loads((folder / "migrations.json").read_text())
    stores = list(chosen(sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_size)))
    seen, transactions, refused, differences = collections.Counter(), 0, 0, []
    with cluster() as socket:
        for number, path in enumerate(stores):
            databases = Databases(socket, f"store_{number}", migrations)
            try:
                with path.open() as lines:
                    for line in lines:
                        transactions += 1
                        refused += not databases.transaction(json.loads(line), seen)
            except Different as difference:
                differences.append(difference)
            finally:
                databases.close()
    for difference in differences[:SHOWN_DIFFERENCES]:
        print(f"postgresql: {difference}")
    print(f"postgresql: {len(migrations)} changes of the schema, {len(seen)} statements, {sum(seen.values())} times in "
          f"{transactions} transactions of {len(stores)} stores ({refused} refused by both), "
          f"{time.monotonic() - start:.0f} s")
    # A record that is nearly empty, or whose changes are refused, proves nothing.
    is_enough = len(seen) >= LEAST_STATEMENTS and refused < transactions / LARGEST_REFUSED_PART
    failed = len(differences) + (not is_enough)
    print(f"{len(stores) - len(differences)} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
