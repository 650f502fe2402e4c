"""One thread for torch: two busy threads on shared cores swing by large factors."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    torch.set_num_threads(1)
