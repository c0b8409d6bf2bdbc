"""The demo's content: a desk, its people, and leads whose past was lived through the one writer."""
