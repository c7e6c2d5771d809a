"""The hub: where it is, whether it is to be trusted, and all that is said to it and done for it."""
