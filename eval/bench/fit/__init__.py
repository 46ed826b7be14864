"""Fits the cross-encoder and the weights of the ranking on public question sets. Nothing of the sets is kept here."""
