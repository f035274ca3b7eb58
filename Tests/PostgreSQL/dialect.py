"""What PostgreSQL says differently: all that a second driver must translate or define. The statements of the store are
written for SQLite; nothing else of them is changed."""
import re

# Functions of SQLite that PostgreSQL lacks, or has with other arguments.
FUNCTIONS = """
CREATE FUNCTION instr(whole text, part text) RETURNS integer LANGUAGE sql IMMUTABLE AS
    'SELECT strpos(whole, part)';
CREATE FUNCTION json_valid(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN PERFORM value::json; RETURN true; EXCEPTION WHEN OTHERS THEN RETURN false; END $$;
CREATE FUNCTION json_each(whole text) RETURNS TABLE (key text, value text) LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN
        IF json_typeof(whole::json) = 'array' THEN
            RETURN QUERY SELECT (place - 1)::text, item FROM json_array_elements_text(whole::json)
                WITH ORDINALITY AS items(item, place);
        ELSE
            RETURN QUERY SELECT * FROM json_each_text(whole::json);
        END IF;
    END $$;
"""

# Words: integers have 64 bits, and tables are always strict.
WORDS = [
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\)\s*STRICT(, WITHOUT ROWID)?\s*$"), ")"),
    # A plus sign that keeps a condition away from an index.
    (re.compile(r"\b(WHERE|AND) \+"), r"\1 "),
    # A position in a list is a number there.
    (re.compile(r"SELECT \?, key, value"), "SELECT ?, key::bigint, value"),
    (re.compile(r"step\.key"), "step.key::bigint"),
    (re.compile(r"step\.value ->> 'mayHaveRun'"), "(step.value::json ->> 'mayHaveRun')::boolean::integer"),
    (re.compile(r"step\.value ->>"), "step.value::json ->>"),
]

TRIGGER = re.compile(r"CREATE TRIGGER (\w+) AFTER (.*?) ON (\w+)( WHEN .*?)? BEGIN(.*)END\s*$", re.DOTALL)


def translated(sql):
    """The statement for PostgreSQL, its arguments as psycopg takes them."""
    trigger = TRIGGER.match(sql.strip())
    if trigger:
        name, when, table, condition, body = trigger.groups()
        condition = f"WHEN ({condition.removeprefix(' WHEN ')})" if condition else ""
        return (f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$; "
                f"CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW {condition} EXECUTE FUNCTION {name}()")
    for pattern, replacement in WORDS:
        sql = pattern.sub(replacement, sql)
    return sql.replace("%", "%%").replace("?", "%s")
