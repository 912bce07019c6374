"""Neutral helpers both generators use: composing with exact offsets, and checksums."""
