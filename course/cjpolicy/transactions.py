"""Writing to an SQLite file that other programs may write to at the same time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["writing"]


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the file alone until the block ends, and then keep all that it wrote, or none of it.

    Parameters
    ----------
    connection : sqlite3.Connection
        Opened with `isolation_level=None`, so that sqlite3 begins no transaction of its own.

    Raises
    ------
    sqlite3.OperationalError
        If another program holds the file for longer than the connection's timeout.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
