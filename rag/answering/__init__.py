"""From found statements to an answer: chosen, written, checked."""
