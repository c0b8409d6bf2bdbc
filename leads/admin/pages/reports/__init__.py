"""Reports: a card for each question, whose every number leads to its rows."""
