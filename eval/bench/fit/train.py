"""Trains the cross-encoder, in an environment of its own that has torch: JSON lines in, one weights file out.

    python train.py WEIGHTS MADE.jsonl LABELLED.jsonl OUT.safetensors [--fold 0]

Each question is shown with two passages; a statement's score is read from the mean of its tokens' states, and a softmax
over all statements and "none of them" (0) is trained. In the right statement two more scores mark where the answer
begins and ends. Word and position vectors stay those of all-MiniLM-L6-v2.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

WIDTH, LAYERS, HEADS = 384, 6, 12
QUESTION, TITLE, STATEMENT, ALL = 40, 16, 90, 300  # tokens, as rag/index/crossencoder.py cuts them
TOKENS = 1600  # of a padded batch
PARTS = (("out", "attention.output.dense"), ("n1", "attention.output.LayerNorm"), ("up", "intermediate.dense"),
         ("down", "output.dense"), ("n2", "output.LayerNorm"))  # fmt: skip
QKV = ("query", "key", "value")


class Layer(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.n1, self.n2 = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropped = nn.Dropout(0.1)

    def forward(self, x: Any, mask: Any) -> Any:
        batch, length, _ = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = (
            functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            .transpose(1, 2)
            .reshape(batch, length, WIDTH)
        )
        x = self.n1(x + self.dropped(self.out(seen)))
        return self.n2(x + self.dropped(self.down(functional.gelu(self.up(x)))))


class Model(nn.Module):  # type: ignore[misc]
    """BERT of MiniLM's size, begun at its weights, with a head for relevance and one for the answer's two ends."""

    def __init__(self, held: dict[str, Any]) -> None:
        super().__init__()
        self.word = nn.Embedding.from_pretrained(held["embeddings.word_embeddings.weight"].float(), freeze=True)
        self.pos = nn.Embedding.from_pretrained(held["embeddings.position_embeddings.weight"].float(), freeze=True)
        self.typ = nn.Embedding.from_pretrained(held["embeddings.token_type_embeddings.weight"].float(), freeze=False)
        self.n = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.rel, self.span, self.dropped = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, 2), nn.Dropout(0.1)
        nn.init.normal_(self.rel.weight, std=0.02)
        nn.init.zeros_(self.rel.bias)
        _take(self.n, held, "embeddings.LayerNorm")
        for i, layer in enumerate(self.layers):
            for name in ("weight", "bias"):
                parts = [held[f"encoder.layer.{i}.attention.self.{part}.{name}"] for part in QKV]
                getattr(layer.qkv, name).data = torch.cat(parts).float()
            for own, theirs in PARTS:
                _take(getattr(layer, own), held, f"encoder.layer.{i}.{theirs}")

    def forward(self, ids: Any, types: Any, lengths: Any) -> Any:
        places = torch.arange(ids.shape[1])
        mask = (places[None] < lengths[:, None])[:, None, None, :]
        x = self.dropped(self.n(self.word(ids) + self.pos(places)[None] + self.typ(types)))
        for layer in self.layers:
            x = layer(x, mask)
        return x.float()

    def stored(self) -> dict[str, Any]:
        """The weights under Hugging Face's names, int8 with a scale a row: 64 steps to each side, as ONNX Runtime's
        reduced range has, so that quantising them again changes nothing."""
        kept: dict[str, Any] = {}

        def put(name: str, weight: Any) -> None:
            if weight.dim() == 2:
                scale = weight.abs().amax(1).clamp_min(1e-9) / 64
                kept[name] = torch.round(weight / scale[:, None]).clamp(-64, 64).to(torch.int8)
                kept[f"{name}.scale"] = scale
            else:
                kept[name] = weight.clone()

        with torch.no_grad():
            for i, layer in enumerate(self.layers):
                for k, part in enumerate(QKV):
                    rows = slice(k * WIDTH, (k + 1) * WIDTH)
                    put(f"encoder.layer.{i}.attention.self.{part}.weight", layer.qkv.weight[rows].clone())
                    put(f"encoder.layer.{i}.attention.self.{part}.bias", layer.qkv.bias[rows])
                for own, theirs in PARTS:
                    put(f"encoder.layer.{i}.{theirs}.weight", getattr(layer, own).weight)
                    put(f"encoder.layer.{i}.{theirs}.bias", getattr(layer, own).bias)
            kept["embeddings.LayerNorm.weight"], kept["embeddings.LayerNorm.bias"] = self.n.weight, self.n.bias
            kept["embeddings.token_type_embeddings.weight"] = self.typ.weight
            kept["relevance.weight"], kept["relevance.bias"] = self.rel.weight[0], self.rel.bias
            kept["span.weight"], kept["span.bias"] = self.span.weight, self.span.bias
        return {name: value.detach().contiguous().clone() for name, value in kept.items()}


def _take(module: Any, held: dict[str, Any], name: str) -> None:
    module.weight.data, module.bias.data = held[f"{name}.weight"].float(), held[f"{name}.bias"].float()


class Shown:
    """A question beside a passage, in tokens."""

    def __init__(self, tokenizer: Any, question: str, passage: dict[str, Any]) -> None:
        def ids(text: str) -> list[int]:
            found: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
            return found

        title, heading = passage["title"], passage["heading"]
        above = f"{title} > {heading}" if heading and heading != title else title
        self.ids = [101, *ids(question)[:QUESTION], 102]
        self.second = len(self.ids)
        self.ids += [*ids(above)[:TITLE], 1024]
        self.spans: list[tuple[int, int] | None] = []
        for statement in passage["statements"]:
            own = ids(statement["told"])[:STATEMENT]
            room = own and len(self.ids) + len(own) <= ALL
            self.spans.append((len(self.ids), len(self.ids) + len(own)) if room else None)
            self.ids += own if room else []
        self.ids.append(102)


def states(model: Model, shown: list[Shown]) -> list[Any]:
    """The token states of each, computed in batches of about one length."""
    order = sorted(range(len(shown)), key=lambda i: len(shown[i].ids))
    found: list[Any] = [None] * len(shown)
    at = 0
    while at < len(order):
        end = at + 1
        while end < len(order) and (end - at + 1) * len(shown[order[end]].ids) <= TOKENS:
            end += 1
        part = [shown[i] for i in order[at:end]]
        ids = torch.zeros(len(part), len(part[-1].ids), dtype=torch.long)
        types, lengths = torch.zeros_like(ids), torch.tensor([len(each.ids) for each in part])
        for row, each in enumerate(part):
            ids[row, : len(each.ids)] = torch.tensor(each.ids)
            types[row, each.second : len(each.ids)] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            x = model(ids, types, lengths)
        for row, i in enumerate(order[at:end]):
            found[i] = x[row, : len(shown[i].ids)]
        at = end
    return found


def loss_of(model: Model, tokenizer: Any, cases: list[dict[str, Any]], dropped: float, rng: random.Random) -> Any:
    """The mean loss of some questions, each with its passages as `sampled`."""
    chosen = [sampled(case, dropped, rng) for case in cases]
    shown = [
        [Shown(tokenizer, case["question"], passage) for passage in some]
        for case, some in zip(cases, chosen, strict=True)
    ]
    flat = iter(states(model, [each for some in shown for each in some]))
    total: Any = torch.zeros(())
    for passages, some in zip(chosen, shown, strict=True):
        vectors, gold, spans = [], [], []
        for passage, each in zip(passages, some, strict=True):
            x = next(flat)
            edges = model.span(x)
            for statement, span in zip(passage["statements"], each.spans, strict=True):
                if span is None:
                    continue
                vectors.append(x[slice(*span)].mean(0))
                gold.append(bool(statement["gold"]))
                if statement["gold"] and statement["answer"]:
                    spans += _ends(edges[slice(*span)], tokenizer, statement)
        if len(vectors) < 2:
            continue
        odds = model.rel(model.dropped(torch.stack(vectors))).squeeze(-1)
        right = torch.tensor(gold)
        every = torch.logsumexp(torch.cat([odds, torch.zeros(1)]), 0)
        if not right.any():
            total = total + every
            continue
        best = torch.logsumexp(odds[right], 0)
        total = total + (every - best) + 0.5 * (torch.logsumexp(odds, 0) - best)
        if spans:
            total = total + torch.stack(spans).mean()
    return total / len(cases)


def _ends(edges: Any, tokenizer: Any, statement: dict[str, Any]) -> list[Any]:
    """The losses of the answer's first and of its last token."""
    start, end = statement["answer"]
    offsets = tokenizer.encode(statement["told"], add_special_tokens=False).offsets
    inside = [i for i, (a, b) in enumerate(offsets) if a < end and b > start]
    if not inside or inside[-1] >= len(edges):
        return []
    ends = ((0, inside[0]), (1, inside[-1]))
    return [functional.cross_entropy(edges[None, :, side], torch.tensor([at])) for side, at in ends]


def sampled(case: dict[str, Any], dropped: float, rng: random.Random) -> list[dict[str, Any]]:
    """A gold passage and a wrong one; now and then, and where there is no gold, two wrong ones."""
    gold = [each for each in case["passages"] if any(one["gold"] for one in each["statements"])]
    wrong = [each for each in case["passages"] if each not in gold][:4]
    rng.shuffle(wrong)
    return [rng.choice(gold), *wrong[:1]] if gold and rng.random() > dropped else wrong[:2]


def train(
    model: Model,
    tokenizer: Any,
    cases: list[dict[str, Any]],
    *,
    epochs: int,
    at_once: int,
    rate: float,
    dropped: float,
    rng: random.Random,
) -> None:
    wanted = [each for each in model.parameters() if each.requires_grad]
    groups = [
        {"params": [each for each in wanted if each.dim() > 1], "weight_decay": 0.01},
        {"params": [each for each in wanted if each.dim() <= 1], "weight_decay": 0.0},
    ]
    steps = len(cases) * epochs // at_once
    optimizer = torch.optim.AdamW(groups, lr=rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda i: min((i + 1) / (0.1 * steps + 1), max(0.0, (steps - i) / (0.9 * steps)))
    )
    model.train()
    order: list[int] = []
    for i in range(steps):
        if len(order) < at_once:
            order = rng.sample(range(len(cases)), len(cases))
        loss = loss_of(model, tokenizer, [cases[order.pop()] for _ in range(at_once)], dropped, rng)
        if torch.isfinite(loss):
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(wanted, 1.0)
            optimizer.step()
        schedule.step()
        if i % 50 == 0:
            print(f"step {i} of {steps}: loss {loss.item():.2f}", flush=True)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("weights", "made", "labelled", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--fold", type=int, default=-1)
    parser.add_argument("--made-epochs", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=4)
    given = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(2)
    rng = random.Random(1)
    tokenizer = Tokenizer.from_file(str(given.weights.with_name("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    model = Model(load_file(given.weights))
    # A question made from a report of the fold that is held out would show its text.
    made = [case for case in _lines(given.made) if given.fold < 0 or case["fold"] != given.fold]
    train(model, tokenizer, made, epochs=given.made_epochs, at_once=16, rate=1.2e-4, dropped=0.12, rng=rng)
    cases = [case for case in _lines(given.labelled) if given.fold < 0 or case["fold"] != given.fold]
    train(model, tokenizer, cases, epochs=given.epochs, at_once=8, rate=8e-5, dropped=0.25, rng=rng)
    notes = {"made": str(len(made)), "cases": str(len(cases)), "fold": str(given.fold), "torch": torch.__version__}
    for name in ("made", "labelled"):
        notes[f"{name}.sha256"] = hashlib.sha256(getattr(given, name).read_bytes()).hexdigest()
    # Under one key: several are written in an order that changes, and with it the file's hash.
    save_file(model.stored(), given.out, metadata={"fitted": json.dumps(notes, sort_keys=True)})


if __name__ == "__main__":
    main()
