"""No steps: a layer of random cosines, and the last layer is solved for; draws from a generator of its own only."""

import torch
import torch.nn.functional as F
from torch import nn


class Cosine(nn.Module):
    def forward(self, x):
        return x.cos()


def train_classifier(x, y, num_classes, device, seed):
    x, y = x.to(device), y.to(device)
    own = torch.Generator().manual_seed(seed)
    width = 200
    first = nn.utils.skip_init(nn.Linear, x.shape[1], width, device=device)
    last = nn.utils.skip_init(nn.Linear, width, num_classes, device=device)
    with torch.no_grad():
        first.weight.copy_(torch.randn(width, x.shape[1], generator=own)).div_(2 * x.std() + 1e-6)
        first.bias.copy_(2 * torch.pi * torch.rand(width, generator=own))
        h = first(x).cos().double()
        targets = 2 * F.one_hot(y, num_classes).double() - 1
        mean = targets.mean(dim=0)
        ridge = 0.01 * torch.eye(width, dtype=torch.float64, device=h.device)
        last.weight.copy_(torch.linalg.solve(h.T @ h + ridge, h.T @ (targets - mean)).T)
        last.bias.copy_(mean)
    return nn.Sequential(first, Cosine(), last)


@torch.inference_mode()
def predict(model, x, device):
    logits = model.train(False)(x.to(device))
    return logits.max(dim=1).indices.to("cpu")
