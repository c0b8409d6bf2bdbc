"""Every read. A question is a function; rows leave it with everything joined that they need."""
