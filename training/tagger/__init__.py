"""The tagger's training: corpora, network, trainer, export."""
