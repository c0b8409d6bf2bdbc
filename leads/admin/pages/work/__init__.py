"""My work: the queue, focus mode, and a new lead by hand."""
