"""Where passages are kept and found: the catalog, the vectors, the words, and the models that embed."""
