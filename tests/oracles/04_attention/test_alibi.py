"""ALiBi against the BLOOM of transformers, whose bias differs by a constant in each row, and the paper's slopes."""

import pytest
import torch
from transformers.models.bloom import modeling_bloom as bloom

from tests.conftest import reference

SOLUTION = reference(__file__)


@pytest.mark.parametrize("num_heads", [1, 2, 3, 4, 6, 7, 8, 11, 12, 16, 20, 32, 71])
def test_as_bloom(num_heads):
    T, S = 3, 6
    ours = SOLUTION.alibi_bias(num_heads, T, S)
    theirs = bloom.build_alibi_tensor(torch.ones(1, S), num_heads, torch.float32).view(num_heads, 1, S)
    own = theirs.expand(-1, T, -1).diagonal(S - T, 1, 2)  # at the query's own token
    torch.testing.assert_close(ours, theirs - own[..., None], rtol=0, atol=1e-6)
    scores = torch.randn(num_heads, T, S, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close((scores + ours).softmax(-1), (scores + theirs).softmax(-1))


def test_the_slopes_of_the_paper():
    bias = SOLUTION.alibi_bias(8, 2, 2)
    assert (-bias[:, 1, 0]).tolist() == [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]
    assert bias.dtype == torch.float32 and bias.shape == (8, 2, 2)
