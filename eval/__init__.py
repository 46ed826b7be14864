"""How good the answers are: sets of questions with known answers, and what became of each."""
