"""The first generator: notes to train on."""
