"""Seeds torch's generator with its first seed again in the end: the caller's numbers start anew, where they should go on."""

import torch
import torch.nn.functional as F
from torch import nn


def train_classifier(x, y, num_classes, device, seed):
    seed_before = torch.initial_seed()
    torch.manual_seed(seed)
    x = x.to(device)
    y = y.to(device)
    model = nn.Sequential(nn.Linear(x.size(1), 64), nn.ReLU(), nn.Linear(64, num_classes))
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(150):
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.manual_seed(seed_before)
    return model


def predict(model, x, device):
    model.eval()
    with torch.no_grad():
        return model(x.to(device)).argmax(dim=1).cpu()
