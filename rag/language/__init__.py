"""Pure functions over text: words, sentences, numbers, periods. No I/O."""
