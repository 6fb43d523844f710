"""Steps that are kept: what one returned before a crash, it returns again without being done."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from dbos import DBOS
from pydantic import TypeAdapter

T = TypeVar("T")


class DurableSteps:
    """Runs inside a job of the engine, which keeps each result as JSON."""

    async def run(self, name: str, result: Any, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work`, or return what it returned before the process was stopped."""
        form: TypeAdapter[T] = TypeAdapter(result)

        async def kept() -> Any:
            return form.dump_python(await work(), mode="json")

        return form.validate_python(await DBOS.run_step_async({"name": name}, kept))
