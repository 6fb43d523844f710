"""What every table shares: naming, column types and the tie to one workspace."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, dataclass_transform

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ForeignKey, ForeignKeyConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column, relationship
from sqlalchemy.types import TypeEngine

from db.types import Json, UtcDateTime, Vector

# Named constraints can be found again by a later migration, on both databases alike.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

WorkspaceId = Annotated[int, mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))]
"""Every row goes when its workspace goes."""


# SQLAlchemy hands `kw_only` on to the tables; the type checker has to be told as well.
@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(mapped_column, relationship)
)
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Rows are made with keyword arguments that the type checker knows."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, TypeEngine[Any]]] = {
        datetime: UtcDateTime(),
        list[str]: Json,
        list[object]: Json,
        dict[str, float]: Json,
        dict[str, object]: Json,
        object: Json,
        NDArray[np.float32]: Vector(),
    }


def within_workspace(
    column: str, table: str, *, ondelete: str | None = None
) -> ForeignKeyConstraint:
    """Return a foreign key to a row of the *same* workspace.

    The workspace is part of the key, so that a wrong id cannot join two workspaces.
    """
    return ForeignKeyConstraint(
        ["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"], ondelete=ondelete
    )
