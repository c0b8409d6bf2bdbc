"""Pages without a login: what a link opens for whoever has it."""
