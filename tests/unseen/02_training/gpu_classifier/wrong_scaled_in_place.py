"""Scales the samples in place after `x.to(device)`, which is x itself where it is there already: the caller's x changes."""

import torch
import torch.nn.functional as F
from torch import nn


def train_classifier(x, y, num_classes, device, seed):
    x, y = x.to(device), y.to(device)
    scale = x.std().clamp_min(1e-6)
    x /= scale
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(x.shape[1], 64), nn.ReLU(), nn.Linear(64, num_classes)).to(device)
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
        for _ in range(150):
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    with torch.no_grad():
        model[0].weight /= scale  # so that the model takes samples as they come
    return model.eval()


def predict(model, x, device):
    model.eval()
    with torch.inference_mode():
        logits = model(x.to(device))
    return logits.argmax(-1).cpu()
