from collections.abc import Iterator

import pytest

from serving import Client, Site, serving, until


@pytest.fixture(scope="module")
def site() -> Site:
    """What the shared server reads: ana, bo and a public team feed. Not to be changed."""
    return Site()


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[Client]:
    """A client of a server that all tests of a module share."""
    with serving(site) as made:
        until(lambda: made.get("/healthz").status == 200)
        yield made
