"""What the numbers of the reports are: each is the count of rows that can be listed, so the two agree."""
