"""The door for people: our AdminSite with the pages staff work in, and plain model pages for owners."""
