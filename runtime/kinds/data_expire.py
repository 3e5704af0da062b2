"""`data.expire`: delete rows of a database, or objects of a bucket, that are older than declared.

Files by age are `files.expire`. Nothing is deleted in one large transaction, nothing outside what
is declared, and a run that is killed is gone on with by the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.errors import Exit, RunError
from runtime.kinds.result import Result

if TYPE_CHECKING:
    from runtime.contract.data_expire import DataExpire
    from runtime.kinds.result import Context


def carry_out(parameters: DataExpire, context: Context) -> Result:
    """Delete what has expired and return the counts; what is imported is what it needs."""
    if parameters.objects is not None:
        from runtime.kinds.expiry import objects

        try:
            return objects.expire(parameters.objects, context)
        except (objects.StorageError, RunError) as error:
            return Result(exit_code=Exit.FAILED, summary=str(error))
    from runtime.kinds.expiry import rows
    from runtime.kinds.postgres.session import DatabaseError

    if parameters.rows is None:
        return Result(exit_code=Exit.FAILED, summary="nothing is said to expire")
    try:
        return rows.expire(parameters.rows, context)
    except (DatabaseError, RunError) as error:
        return Result(exit_code=Exit.FAILED, summary=str(error))
