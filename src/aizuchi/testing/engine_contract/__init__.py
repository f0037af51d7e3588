"""What every engine must do: a plug's test runs each promise against its own `open_engine`.

    @pytest.mark.parametrize("promise", ENGINE_CONTRACT, ids=lambda promise: promise.__name__)
    async def test_the_engine_keeps(promise, tmp_path):
        await promise(partial(open_engine, tmp_path))

`open_engine(bounds=…, allowance=…)` opens the same store each time it is called.
"""

from aizuchi.testing.engine_contract import (
    accepting,
    answering,
    claiming,
    filing,
    forgetting,
    remembering,
    summarising,
    threads,
    tickets,
    tracing,
)

ONE_PROCESS_PROMISES = claiming.ONE_PROCESS_PROMISES
ENGINE_CONTRACT = (
    *accepting.PROMISES,
    *claiming.PROMISES,
    *answering.PROMISES,
    *remembering.PROMISES,
    *summarising.PROMISES,
    *forgetting.PROMISES,
    *threads.PROMISES,
    *filing.PROMISES,
    *tickets.PROMISES,
    *tracing.PROMISES,
)
