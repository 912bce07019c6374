"""The network: embeddings and a character CNN, four dilated convolutions, a CRF."""

import torch
from torch import nn

WORD, GRAM, CHAR, FACT, WIDTH = 48, 48, 40, 64, 128
DILATIONS = (1, 2, 4, 8)


class Network(nn.Module):
    """Scores of tags for each token, and of tag pairs."""

    def __init__(self, sizes, dropout=0.2):
        super().__init__()
        self.word = nn.Embedding(sizes["words"], WORD, padding_idx=0)
        self.gram = nn.Embedding(sizes["grams"], GRAM, padding_idx=0)
        self.fact = nn.Embedding(sizes["facts"], FACT, padding_idx=0)
        # A convolution over one-hot characters of width three is three tables.
        self.chars = nn.ModuleList(nn.Embedding(sizes["chars"], CHAR, padding_idx=0) for _ in range(3))
        self.char_bias = nn.Parameter(torch.zeros(CHAR))
        self.enter = nn.Linear(WORD + GRAM + CHAR + FACT, WIDTH)
        self.layers = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 3, dilation=d, padding=d) for d in DILATIONS)
        self.leave = nn.Linear(WIDTH, sizes["tags"])
        self.pairs = nn.Parameter(torch.zeros(sizes["tags"], sizes["tags"]))
        self.register_buffer("possible", possible(sizes["tags"]))
        self.drop = nn.Dropout(dropout)
        for table in (self.word, self.gram, self.fact, *self.chars):
            nn.init.normal_(table.weight, std=0.1)
            with torch.no_grad():
                table.weight[0] = 0

    def inputs(self, word, grams, chars, facts):
        """What is known of each token by itself."""
        zero = torch.zeros_like(chars[..., :1])
        before = torch.cat([zero, chars[..., :-1]], -1)
        after = torch.cat([chars[..., 1:], zero], -1)
        shapes = self.chars[0](before) + self.chars[1](chars) + self.chars[2](after) + self.char_bias
        shapes = torch.relu(shapes.amax(-2))
        return torch.cat([self.word(word), self.gram(grams).sum(-2), shapes, self.fact(facts).sum(-2)], -1)

    def forward(self, word, grams, chars, facts, mask):
        """Scores of tags, [texts, tokens, tags]; `mask` is 1 where there is a token."""
        x = self.drop(self.inputs(word, grams, chars, facts))
        h = torch.relu(self.enter(x)) * mask[..., None]
        h = h.transpose(1, 2)
        for layer in self.layers:
            h = (h + torch.relu(layer(self.drop(h)))) * mask[:, None]
        return self.leave(self.drop(h.transpose(1, 2)))


def possible(tags):
    """Which tag may follow which, by BIOES."""
    opens = torch.zeros(tags, dtype=torch.long)
    goes_on = torch.zeros(tags, dtype=torch.long)
    for tag in range(1, tags):
        label, position = (tag - 1) // 4 + 1, (tag - 1) % 4
        if position in (0, 1):
            opens[tag] = label
        if position in (1, 2):
            goes_on[tag] = label
    return opens[:, None] == goes_on[None, :]


def posteriors(scores, pairs, allowed, mask):
    """Chances of tags by forward and backward sums in plain (scaled) numbers.

    `scores` [n, t, k], `pairs` [k, k] with 0 where impossible (already exponentiated), `allowed`
    [n, t, k] or None. Gives chances [n, t, k], expected pairs [k, k], log of the sum [n].
    """
    if allowed is not None:
        scores = scores.masked_fill(~allowed, float("-inf"))
    top = scores.amax(-1, keepdim=True)
    e = torch.exp(scores - top)
    n, length, k = e.shape
    a = torch.empty(length, n, k)
    c = torch.empty(length, n)
    state = e[:, 0]
    for t in range(length):
        if t:
            moved = (a[t - 1] @ pairs) * e[:, t]
            # A token that is none carries the state on.
            state = torch.where(mask[:, t, None] > 0, moved, a[t - 1])
        c[t] = state.sum(-1) + 1e-30
        a[t] = state / c[t][:, None]
    b = torch.empty(length, n, k)
    b[length - 1] = 1
    for t in range(length - 1, 0, -1):
        live = mask[:, t, None] > 0
        moved = ((e[:, t] * b[t]) @ pairs.T) / c[t][:, None]
        b[t - 1] = torch.where(live, moved, b[t])
    chances = (a * b).transpose(0, 1) * mask[..., None]
    live = mask.T[1:, :, None]
    weight = (e.transpose(0, 1)[1:] * b[1:] / c[1:, :, None]) * live
    expected = pairs * (a[:-1].reshape(-1, k).T @ weight.reshape(-1, k))
    total = ((torch.log(c.T) + top.squeeze(-1)) * mask).sum(-1)
    return chances, expected, total


def loss(network, scores, allowed, mask):
    """Negative log chance of the allowed tags (Tsuboi et al. 2008), its gradients made by hand."""
    with torch.no_grad():
        pairs = torch.exp(network.pairs) * network.possible
        own, own_pairs, own_total = posteriors(scores, pairs, allowed, mask)
        all_, all_pairs, all_total = posteriors(scores, pairs, None, mask)
        value = (all_total - own_total).sum()
    surrogate = (scores * (all_ - own)).sum() + (network.pairs * (all_pairs - own_pairs)).sum()
    return surrogate, float(value)


def best(scores, pairs, possible_):
    """The best tags of one text, [t, k] scores (Viterbi)."""
    pairs = pairs.masked_fill(~possible_, float("-inf"))
    state = scores[0].clone()
    back = []
    for t in range(1, scores.shape[0]):
        total = state[:, None] + pairs
        top, arg = total.max(0)
        back.append(arg)
        state = top + scores[t]
    tag = int(state.argmax())
    tags = [tag]
    for arg in reversed(back):
        tag = int(arg[tag])
        tags.append(tag)
    return tags[::-1]
