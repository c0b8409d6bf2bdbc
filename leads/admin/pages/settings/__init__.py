"""What an owner sets: people, keys, words, limits and webhooks; and the books that are kept."""
