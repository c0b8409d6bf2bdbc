"""One file per dialect: its body to a LeadChange, a lead to its body, its words for errors. No HTTP."""
