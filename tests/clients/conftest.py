"""The feeds of every sample, made once."""

from collections.abc import Mapping

import pytest
from writing import Written, write_all


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Written]:
    """All feeds by their path, as readers are given it."""
    return write_all(tmp_path_factory.mktemp("feeds"))
