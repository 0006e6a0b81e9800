"""Takes the largest probability for the largest logit: logits that differ by less than 1e-8 have the same one in float32."""

import torch
import torch.nn.functional as F
from torch import nn


class Classifier(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.hidden = nn.Linear(inputs, 64)
        self.out = nn.Linear(64, outputs)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))


def train_classifier(x, y, num_classes, device, seed):
    x, y = x.to(device), y.to(device)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Classifier(x.shape[1], num_classes).to(device)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
        for _ in range(150):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
    return model


def predict(model, x, device):
    model.eval()
    with torch.no_grad():
        probabilities = F.softmax(model(x.to(device)), dim=1)
        return probabilities.argmax(dim=1).cpu()
