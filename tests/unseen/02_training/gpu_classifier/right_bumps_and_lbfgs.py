"""Bumps around some of the samples, weighted by L-BFGS; the generators' states are put back by hand."""

import torch
from torch import nn


class Bumps(nn.Module):
    def __init__(self, centres, num_classes):
        super().__init__()
        self.register_buffer("centres", centres)
        self.register_buffer("sharpness", 1 / (centres.var() + 1e-6))
        self.weight = nn.Parameter(0.01 * torch.randn(len(centres), num_classes))
        self.bias = nn.Parameter(torch.zeros(num_classes))

    def forward(self, x):
        squares = (x[:, None, :] - self.centres).square().sum(dim=2)
        return torch.exp(-squares * self.sharpness) @ self.weight + self.bias


def build(x, num_classes, seed):
    cpu = torch.get_rng_state()
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    try:
        torch.manual_seed(seed)
        chosen = x[torch.randperm(len(x))[:60]]
        return Bumps(chosen + 0.05 * torch.randn(chosen.shape), num_classes)
    finally:
        torch.set_rng_state(cpu)
        for number, state in enumerate(cuda):
            torch.cuda.set_rng_state(state, number)


def train_classifier(x, y, num_classes, device, seed):
    model = build(x.to("cpu"), num_classes, seed).to(device)
    x, y = x.to(device), y.to(device)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=60, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y) + 1e-3 * model.weight.square().mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    return model


def predict(model, x, device):
    for module in model.modules():
        module.eval()
    with torch.no_grad():
        parts = [model(part.to(device)).argmax(dim=1) for part in x.split(1024)]
    return torch.cat(parts).cpu()
