"""The pages staff work in, one file each. They ask `queries` and hand changes to the one writer."""
