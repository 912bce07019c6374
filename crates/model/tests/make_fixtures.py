#!/usr/bin/env python3
"""Makes the tiny models of `fixtures/`, and what Hugging Face's transformers say of a few texts with them.

    python3 -m venv venv && venv/bin/pip install torch transformers safetensors
    venv/bin/python crates/model/tests/make_fixtures.py

Nobody else's weights are in them: each is drawn by a seed, and the BERT is trained here, on invented sentences, to mark
one invented word, which no other detector knows.
"""

import json
import pathlib
import random

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig, BertForTokenClassification, DistilBertConfig, DistilBertForTokenClassification, RobertaConfig,
    RobertaForTokenClassification, XLMRobertaConfig, XLMRobertaForTokenClassification,
)

HERE = pathlib.Path(__file__).resolve().parent / "fixtures"
LABELS = ["O", "B-PATIENT", "I-PATIENT", "B-DATE"]
TEXTS = [
    "Seen today: Zorblatt left, well.",
    "zorblatt quenby and Zoë met at 9; naïve Łukasz did not.",
    "",
    "a " * 90 + "zorblatt stays",
]
WORDS = "the a and is was left came with pain less today seen well met did not at stays patient knee in to of no".split()


def labels():
    return dict(id2label=dict(enumerate(LABELS)), label2id={label: at for at, label in enumerate(LABELS)})


def pieces():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,:;ëïł"
    return letters


def word_piece(lower):
    letters = pieces() + ("" if lower else "ABCDEFGHIJKLMNOPQRSTUVWXYZŁ")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + WORDS + ["zor", "##blatt"]
    vocabulary += [one for one in letters if one not in vocabulary] + ["##" + one for one in letters]
    tokenizer = Tokenizer(models.WordPiece({word: at for at, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lower)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def corpus():
    return [text for text in TEXTS if text] + [" ".join(WORDS)] * 3


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=330, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=120, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], unk_token="<unk>")
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def train(model, tokenizer):
    """Teaches the model its word, and nothing else."""
    draw = random.Random(5)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()
    for _ in range(400):
        words = [draw.choice(WORDS + ["zebra", "quiet"]) for _ in range(draw.randint(3, 12))]
        words[draw.randrange(len(words))] = "zorblatt"
        encoded = tokenizer.encode(" ".join(words))
        gold, start = [], True
        for token, word in zip(encoded.ids, encoded.word_ids):
            own = word is not None and words[word] == "zorblatt"
            gold.append((1 if start else 2) if own else 0)
            start = not own
        loss = model(input_ids=torch.tensor([encoded.ids]), labels=torch.tensor([gold])).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def make(name, model, tokenizer, trained=False):
    folder = HERE / name
    folder.mkdir(parents=True, exist_ok=True)
    if trained:
        train(model, tokenizer)
    else:
        with torch.no_grad():
            for tensor in model.parameters():
                tensor.copy_(torch.randn_like(tensor) * 0.4)
    model.eval()
    model.save_pretrained(folder, safe_serialization=True)
    # Cutting and filling that a maker leaves switched on have to do nothing.
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=16)
    tokenizer.save(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    said = []
    for text in TEXTS[:3]:
        encoded = tokenizer.encode(text)
        with torch.no_grad():
            chances = model(input_ids=torch.tensor([encoded.ids])).logits[0].softmax(-1)
        said.append({"text": text, "ids": encoded.ids, "chances": [[round(c, 6) for c in row] for row in chances.tolist()]})
    (folder / "said.json").write_text(json.dumps(said, ensure_ascii=False) + "\n")


def main():
    torch.manual_seed(7)
    size = dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, max_position_embeddings=64)
    lower, cased, bytes_, meta = word_piece(True), word_piece(False), byte_level(), unigram()
    make("bert", BertForTokenClassification(BertConfig(vocab_size=lower.get_vocab_size(), **size, **labels())), lower, True)
    roberta = RobertaConfig(vocab_size=bytes_.get_vocab_size(), type_vocab_size=1, pad_token_id=1, **size, **labels())
    make("roberta", RobertaForTokenClassification(roberta), bytes_)
    xlm = XLMRobertaConfig(
        vocab_size=meta.get_vocab_size(), type_vocab_size=1, pad_token_id=1, hidden_act="gelu_new", **size, **labels()
    )
    make("xlm-roberta", XLMRobertaForTokenClassification(xlm), meta)
    distil = DistilBertConfig(
        vocab_size=cased.get_vocab_size(), dim=12, n_layers=2, n_heads=3, hidden_dim=20, max_position_embeddings=64,
        activation="relu", **labels(),
    )
    make("distilbert", DistilBertForTokenClassification(distil), cased)


if __name__ == "__main__":
    main()
