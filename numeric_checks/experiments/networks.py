"""The architectures of ``models`` in torch."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class Cnn(nn.Module):
    """Images [B, 1, side, side] to logits [B, classes]; ``side`` is at least 4."""

    def __init__(self, width: int, side: int, classes: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, width, 3, padding=1)
        self.second = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.hidden = nn.Linear(2 * width * (side // 4) ** 2, 4 * width)
        self.out = nn.Linear(4 * width, classes)

    def forward(self, images: Tensor) -> Tensor:
        for layer in (self.first, self.second):
            images = functional.max_pool2d(functional.relu(layer(images)), 2)
        out: Tensor = self.out(functional.relu(self.hidden(images.flatten(1))))
        return out


class Block(nn.Module):
    """A block of a transformer, [B, T, width] to the same."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        split = self.attention(self.norm1(x)).view(batch, length, 3, self.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.mixed(seen.transpose(1, 2).reshape(batch, length, width))
        down: Tensor = self.down(functional.gelu(self.up(self.norm2(x))))
        return x + down


class Gpt(nn.Module):
    """Letters [B, T] (int64) to logits of the next ones, [B, classes, T]."""

    def __init__(self, width: int, layers: int, heads: int, context: int, classes: int) -> None:
        super().__init__()
        self.letters, self.places = nn.Embedding(classes, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, classes, bias=False)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(self, letters: Tensor) -> Tensor:
        x = self.letters(letters) + self.places.weight[: letters.shape[1]]
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.out(self.norm(x)).transpose(1, 2)
        return out
