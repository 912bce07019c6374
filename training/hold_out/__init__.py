"""The second generator: texts to test on. It shares no template, sentence or list with the first."""
