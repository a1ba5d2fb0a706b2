"""The stores in memory: the smallest that keep the contract, for tests of everything above them."""
