"""Seeds torch, but shuffles the samples with NumPy, which nobody seeds: the same arguments give another model each time."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def train_classifier(x, y, num_classes, device, seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(x.shape[1], 64), nn.ReLU(), nn.Linear(64, num_classes)).to(device)
        x, y = x.to(device), y.to(device)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
        for _ in range(40):
            order = torch.from_numpy(np.random.permutation(len(x))).to(device)
            for batch in order.split(64):
                optimizer.zero_grad()
                F.cross_entropy(model(x[batch]), y[batch]).backward()
                optimizer.step()
    return model


@torch.no_grad()
def predict(model, x, device):
    model.eval()
    return model(x.to(device)).argmax(dim=1).cpu()
