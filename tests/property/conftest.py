"""Random tests take seed and budget from the environment and say how a failure is played again.

``HYPOTHESIS_SEED`` (default 0) and ``HYPOTHESIS_EXAMPLES`` (cases for each test, default 100).
"""

import os
from collections.abc import Generator
from typing import Final

import hypothesis
import pytest
from hypothesis import HealthCheck, settings

SEED: Final = int(os.environ.get("HYPOTHESIS_SEED", "0"))
EXAMPLES: Final = int(os.environ.get("HYPOTHESIS_EXAMPLES", "100"))

settings.register_profile(
    "routebook",
    max_examples=EXAMPLES,
    deadline=None,  # the machine is shared; time is no property of the rules
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("routebook")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and hypothesis.is_hypothesis_test(item.obj):
            hypothesis.seed(SEED)(item.obj)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and isinstance(item, pytest.Function) and hypothesis.is_hypothesis_test(item.obj):
        replay = f"HYPOTHESIS_SEED={SEED} HYPOTHESIS_EXAMPLES={EXAMPLES} pytest '{item.nodeid}'"
        report.sections.append(("replay", replay))
    return report
