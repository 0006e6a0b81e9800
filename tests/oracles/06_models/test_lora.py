"""LoRA against float64 matrices worked out entry by entry, and training: the base stays, the change alone learns."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

LoRALinear = reference(__file__).LoRALinear


def made(inputs, outputs, rank, alpha, bias):
    torch.manual_seed(0)
    module = LoRALinear(nn.Linear(inputs, outputs, bias=bias, dtype=torch.float64), rank, alpha)
    nn.init.normal_(module.lora_B)
    return module


def by_hand(module, x, alpha, rank):
    """Each output as a sum of single products."""
    w, a, b = (m.tolist() for m in (module.base.weight, module.lora_A, module.lora_B))
    bias = [0.0] * len(w) if module.base.bias is None else module.base.bias.tolist()
    return [
        [
            bias[o]
            + sum(
                (w[o][i] + alpha / rank * sum(b[o][r] * a[r][i] for r in range(rank))) * row[i] for i in range(len(row))
            )
            for o in range(len(w))
        ]
        for row in x.tolist()
    ]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("inputs, outputs, rank, alpha", [(4, 3, 2, 5.0), (3, 3, 1, 0.5), (2, 5, 6, 1)])
def test_forward_and_merged(inputs, outputs, rank, alpha, bias):
    module, x = made(inputs, outputs, rank, alpha, bias), torch.randn(3, inputs, dtype=torch.float64)
    expected = torch.tensor(by_hand(module, x, alpha, rank), dtype=torch.float64)
    torch.testing.assert_close(module(x), expected, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(module.merge()(x), expected, rtol=1e-12, atol=1e-12)


def test_training_moves_the_change_alone():
    module = made(4, 3, 2, 8.0, True)
    nn.init.zeros_(module.lora_B)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    x, y = torch.randn(16, 4, dtype=torch.float64), torch.randn(16, 3, dtype=torch.float64)
    torch.testing.assert_close(module(x), module.base(x))
    optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        nn.functional.mse_loss(module(x), y).backward()
        optimizer.step()
    same = {name for name, tensor in module.state_dict().items() if torch.equal(tensor, before[name])}
    assert same == {"base.weight", "base.bias"}
    assert torch.linalg.matrix_rank(module.merge().weight - module.base.weight) == 2


def test_number_of_trainable_parameters():
    module = LoRALinear(nn.Linear(40, 30), 4, 8)
    assert sum(p.numel() for p in module.parameters() if p.requires_grad) == 4 * (40 + 30)


def test_refused():
    with pytest.raises(ValueError, match="rank"):
        LoRALinear(nn.Linear(2, 2), 0, 1.0)
