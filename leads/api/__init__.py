"""The door for machines: one base view, and one small file of endpoints per dialect."""
