from collections.abc import Iterator

import pytest
from talking import SEED, Talk, talking

from builders import at
from watchbill.sandbox import Handle, Quirks, running


@pytest.fixture(scope="session")
def server() -> Iterator[Handle]:
    with running(SEED) as box:
        yield box


@pytest.fixture
def box(server: Handle) -> Handle:
    """A sandbox as new, where it is the first of January 2027."""
    server.box.quirks = Quirks()
    server.set_now(at("2027-01-01T00"))
    server.reset(SEED)
    return server


@pytest.fixture
def talk(box: Handle) -> Iterator[Talk]:
    with talking(box) as client:
        yield client
